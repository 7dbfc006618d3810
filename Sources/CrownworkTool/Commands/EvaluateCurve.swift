import Crownwork
import Foundation

/// `crownwork evaluate --curve`: errors over a range of ε.
///
/// An example that is certified at an ε is so at every smaller one, and one that is broken at an ε
/// is so at every larger one. The curve makes use of both, so that it costs far less than a table
/// for each ε, and both errors grow with ε.
extension EvaluateCommand {
  /// Computes the curves of all models, writes them to the file of `--output`, and prints them.
  ///
  /// - Parameters:
  ///   - epsilons: The values of ε in raw pixel units.
  ///   - budget: The limit of the memory for bounds.
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` where an ε is given as well and where the
  ///   file is neither CSV nor SVG; ``Failure`` with ``Failure/Code/internalError`` for a
  ///   contradiction.
  func evaluate(at epsilons: [Float], budget: Budget) throws {
    if let epsilon = try judgement().last(where: { $0.path == TargetOptions.epsilonPath }) {
      throw Failure(.usage, "\(epsilon.option): --curve brings its own; leave one of them out")
    }
    let form = try output.map(CurveFile.init(path:))
    let curves = try models.map { try curve(of: $0, at: epsilons, budget) }
    if let form { try form.write(curves) }
    try Self.show(curves, asJSON: json)
  }

  /// Prints the curves, and raises the alarm where one of them contradicts itself.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/internalError`` for a contradiction, after
  ///   everything was printed.
  static func show(_ curves: [NamedCurve], asJSON: Bool) throws {
    Console.standard.line(
      asJSON ? try NamedCurve.json(curves) : curves.map(\.text).joined(separator: "\n\n"))
    try Alarm.check(
      curves.map { curve in
        (curve.name, curve.curve.contradictions.map { $0 + curve.start })
      })
  }

  /// Computes the curve of one model, after every ε was checked not to cover all images.
  ///
  /// - Throws: `ExitCode` where a signal asked for the end; ``PerturbationError`` for an ε whose
  ///   set holds every image.
  private func curve(
    of path: String, at epsilons: [Float], _ budget: Budget
  ) throws -> NamedCurve {
    let (model, range) = try subject.examples(for: try subject.open(path), count: examples)
    let given = try judgement()
    var goal = try model.target(on: range.dataset).applying(given)
    goal.arithmetic = try arithmetic.outward()
    for epsilon in epsilons {
      try goal.perturbation.withEpsilon(epsilon).validate(inputCount: range.data.imageSize)
    }
    ForeignModel(model, goal, given, hasManyEpsilons: true).tell(asJSON: json)
    defer { Console.standard.clearLiveLine() }
    let curve = try model.file.network.robustnessCurve(
      on: range.data, target: goal, at: epsilons,
      attack: settings(model, on: range.dataset), seed: attack.seed,
      budget: budget
    ) { progress in
      try Interruption.check()
      Console.standard.live("\(path): \(progress.words)")
    }
    // A curve with examples left out must not pass for a whole one, as a table must not.
    try Interruption.check()
    return NamedCurve(name: path, dataset: range.dataset, start: range.start, curve: curve)
  }
}

/// The file that a curve is written to: CSV for programs, SVG for people, by its ending.
struct CurveFile {
  /// The path as the user named it.
  private let path: String

  /// Checks, before anything long is computed, that the file can be written.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for another ending, and `FormatError` of
  ///   kind `cannotWrite`.
  init(path: String) throws {
    guard path.hasSuffix(".csv") || path.hasSuffix(".svg") else {
      throw Failure(.usage, "--output: a curve is written as .csv or .svg, not \"\(path)\"")
    }
    self.path = path
    try AtomicFile.check(URL(fileURLWithPath: path))
  }

  /// Replaces the file as a whole by the curves.
  ///
  /// - Throws: `FormatError` of kind `cannotWrite`.
  func write(_ curves: [NamedCurve]) throws {
    let text = path.hasSuffix(".csv") ? NamedCurve.csv(curves) : CurvePicture(curves).svg
    try AtomicFile.write(Data(text.utf8), to: URL(fileURLWithPath: path))
  }
}
