import Crownwork
import Foundation

/// Errors over a range of ε.
extension EvaluateCommand {
  func evaluate(at epsilons: [Float], budget: Budget) throws {
    guard target.epsilon == nil else {
      throw Failure(.usage, "--epsilon: --curve brings its own; leave one of them out")
    }
    let form = try output.map(CurveFile.init(path:))
    let curves = try models.map { try curve(of: $0, at: epsilons, budget) }
    if let form { try form.write(curves) }
    try Self.show(curves, asJSON: json)
  }

  /// Prints the curves, and fails where one of them contradicts itself.
  static func show(_ curves: [NamedCurve], asJSON: Bool) throws {
    Console.standard.line(
      asJSON ? try NamedCurve.json(curves) : curves.map(\.text).joined(separator: "\n\n"))
    try Alarm.check(
      curves.map { curve in
        (curve.name, curve.curve.contradictions.map { $0 + curve.start })
      })
  }

  private func curve(
    of path: String, at epsilons: [Float], _ budget: Budget
  ) throws -> NamedCurve {
    let (model, range) = try subject.examples(for: try subject.open(path), count: examples)
    let goal = try model.target(on: range.dataset)
      .applying(judgement())
    for epsilon in epsilons {
      try goal.perturbation.withEpsilon(epsilon).validate(inputCount: range.data.imageSize)
    }
    ForeignModel(model, goal, by: by).tell(asJSON: json)
    defer { Console.standard.clearLiveLine() }
    let curve = try model.file.network.robustnessCurve(
      on: range.data, target: goal, at: epsilons,
      attack: settings(model, on: range.dataset), seed: attack.seed,
      budget: budget
    ) { progress in
      try Interruption.check()
      Console.standard.live("\(path): \(progress.words)")
    }
    try Interruption.check()
    return NamedCurve(name: path, dataset: range.dataset, start: range.start, curve: curve)
  }
}

/// Where a curve is written to, by the file's ending.
struct CurveFile {
  private let path: String

  init(path: String) throws {
    guard path.hasSuffix(".csv") || path.hasSuffix(".svg") else {
      throw Failure(.usage, "--output: a curve is written as .csv or .svg, not \"\(path)\"")
    }
    self.path = path
    try AtomicFile.check(URL(fileURLWithPath: path))
  }

  func write(_ curves: [NamedCurve]) throws {
    let text = path.hasSuffix(".csv") ? NamedCurve.csv(curves) : CurvePicture(curves).svg
    try AtomicFile.write(Data(text.utf8), to: URL(fileURLWithPath: path))
  }
}
