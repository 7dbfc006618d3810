import ArgumentParser
import Crownwork
import Foundation
import TensorBenchmarks

/// `crownwork bench`: how fast this machine trains and certifies.
///
/// Speeds alone say little, since they are the machine's as much as the program's. The command
/// therefore measures in the same run how fast the machine multiplies matrices and copies memory,
/// and shows kernels and training steps as fractions of that.
///
/// It measures the machine, then kernels, then training steps on random data, then the
/// certification of a model, as far as `--parts` asks for them. Each row is printed as soon as it
/// is measured; `--output` is written at the end. Signals are not caught: Ctrl-C ends the command
/// at once.
///
/// Exit codes other than 0: 64 for bad options; 65 and 66 for a model or data that cannot be used
/// or are missing; 73 for an output that cannot be written.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how fast this machine trains and certifies.",
    discussion: """
      Kernels and training steps are shown next to what the machine's own matrix product and copy \
      reach in the same run. A model's certification is timed on its test examples.

      EXAMPLES
        crownwork bench
        crownwork bench --parts steps --models dm-small --methods ibp --batch 64
        crownwork bench --parts certification --certify runs/a --by ibp,crown
      """)

  /// `--parts`: the parts to measure, separated by commas (``BenchPart``). `--certify` adds the
  /// certification.
  @Option(help: "What to measure, of \(BenchPart.names).", completion: .all(BenchPart.self))
  var parts: String = "kernels,steps"
  /// `--models`: the architectures whose training steps are timed; nil for all of the list.
  @Option(
    help: """
      Models, of \(StepBenchmark.models.map(\.name).joined(separator: ", ")). Default: all.
      """, completion: .list(StepBenchmark.models.map(\.name)))
  var models: String?
  /// `--methods`: the objectives whose training steps are timed; nil for all of the list.
  @Option(
    help: """
      Objectives, of \(StepBenchmark.objectives.map(\.name).joined(separator: ", ")). Default: all.
      """, completion: .list(StepBenchmark.objectives.map(\.name)))
  var methods: String?
  /// `--batch`: the examples in a training step.
  @Option(help: "Examples in a step.") var batch = 256
  /// `--steps`: the training steps timed for each model and objective, after two that are not
  /// counted.
  @Option(help: "Steps timed; the median counts.") var steps = 8
  /// `--certify`: the model whose certification is timed.
  @Option(help: "A run or model file whose certification is timed.", completion: .model)
  var certify: String?
  /// `--by`: the methods of certification, each timed by itself.
  @Option(
    help: "Methods of certification: \(BoundMethod.names.joined(separator: ", ")).",
    completion: .methods)
  var by = "ibp,crown-ibp"
  /// `--examples`: the part of the test set to certify (``ExampleRange``).
  @Option(parsing: .unconditional, help: "Test examples to certify: the first N, or A:B.")
  var examples: String?
  /// The data set of the certification, and the threads of all parts.
  @OptionGroup var subject: SubjectOptions
  /// The perturbation set of the certification.
  @OptionGroup var target: TargetOptions
  /// `--alone`: leaves out the matrix products and copies of the machine, which take memory of
  /// their own. Training steps then have no fraction.
  @Flag(
    help: """
      Skip the machine's own matrix-product and copy rates (use this to measure memory).
      """)
  var alone = false
  /// `--output`: a file for all records, a line each.
  @Option(help: "Write the figures to this file too, JSON lines.", completion: .jsonLines)
  var output: String?
  /// `--json`: prints a line of JSON for each record in place of tables.
  @Flag(help: "Print JSON lines.") var json = false

  /// Measures, prints, and writes the records in the end.
  mutating func run() throws {
    let printer = BenchPrinter(json: json)
    try measure(printer)
    if let output {
      try AtomicFile.write(
        Data(printer.lines.map { $0 + "\n" }.joined().utf8), to: URL(fileURLWithPath: output))
    }
  }

  /// Checks the options, opens what is to be certified, and measures the parts that were asked for:
  /// what is wrong is found before minutes are spent.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for a bad option; what opening a model and
  ///   its data and the parts throw.
  private func measure(_ printer: BenchPrinter) throws {
    try subject.apply()
    guard batch >= 1 else { throw Failure(.usage, "--batch: must be at least 1") }
    guard steps >= 1 else { throw Failure(.usage, "--steps: must be at least 1") }
    let models = try Choice.pick(self.models, from: StepBenchmark.models, "--models")
    let objectives = try Choice.pick(methods, from: StepBenchmark.objectives, "--methods")
    var wanted = try BenchPart.parts(named: parts)
    if certify != nil { wanted.insert(.certification) }
    guard certify != nil || !wanted.contains(.certification) else {
      throw Failure(.usage, "--parts certification needs a model: --certify RUN")
    }
    if let output { try AtomicFile.check(URL(fileURLWithPath: output)) }
    let subject = try certificationSubject()
    if !alone { try printer.report(MachineRecord.measured()) }
    if wanted.contains(.kernels) { try kernels(printer) }
    if wanted.contains(.steps) { try trainingSteps(models, objectives, printer) }
    if let subject { try certification(subject, printer) }
  }

  /// Times each kernel on its own, on all threads at once.
  private func kernels(_ printer: BenchPrinter) throws {
    printer.heading(KernelRecord.header)
    for kernel in KernelBenchmark.all { try printer.report(KernelRecord(kernel)) }
  }

  /// Times training steps for each pair of an architecture and an objective.
  ///
  /// - Throws: ``BoundsError`` for a network without a bound rules, and ``TrainingError`` for a
  ///   loss that is not finite.
  private func trainingSteps(
    _ models: [(name: String, Architecture)], _ objectives: [(name: String, Objective)],
    _ printer: BenchPrinter
  ) throws {
    printer.heading(StepRecord.header)
    for (model, architecture) in models {
      for (method, objective) in objectives {
        let result = try StepBenchmark(architecture, objective, batch: batch).run(
          steps: steps, alone: alone)
        try printer.report(StepRecord(model, method, batch, result))
      }
    }
  }

  /// A model whose certification is timed, with its examples, its set and the methods.
  private struct CertificationSubject {
    let model: SavedModel
    let range: ExampleRange
    let target: CertificationTarget
  }

  /// Opens the model of `--certify` and its data; returns nil where there is none. The methods are
  /// checked in any case.
  ///
  /// - Throws: ``RecipeError`` and ``PerturbationError`` for options that make no sense; what
  ///   opening the model and loading its data throw.
  private func certificationSubject() throws -> CertificationSubject? {
    let methods = RecipeOverride("evaluate.methods", by, option: "--by")
    _ = try BoundMethod.list([], applying: [methods])
    guard let certify else { return nil }
    let (model, range) = try subject.examples(for: try subject.open(certify), count: examples)
    let goal = try model.target(on: range.dataset).applying(target.overrides(by: methods))
    try goal.perturbation.validate(inputCount: range.data.imageSize)
    return CertificationSubject(model: model, range: range, target: goal)
  }

  /// Times the certification of a model by each method alone.
  private func certification(
    _ subject: CertificationSubject, _ printer: BenchPrinter
  ) throws {
    let data = subject.range.data
    let benchmark = CertificationBenchmark(
      subject.model.file.network, subject.target.perturbation)
    printer.heading(CertificationRecord.header)
    for method in subject.target.methods {
      let rate = try benchmark.imagesPerSecond(data, by: method)
      try printer.report(
        CertificationRecord(
          model: subject.model.name, method: method.description, examples: data.count,
          imagesPerSecond: rate))
    }
  }
}

/// The output of the benchmark: it prints records as they come, and keeps their JSON for the file.
private final class BenchPrinter {
  /// Whether lines of JSON are printed in place of tables.
  private let json: Bool
  /// The records so far, each as a line of JSON.
  private(set) var lines: [String] = []

  /// Makes a printer without records.
  init(json: Bool) { self.json = json }

  /// Prints an empty line and the header of a table; nothing where the output is JSON.
  func heading(_ text: String) {
    if !json { Console.standard.line("\n" + text) }
  }

  /// Prints a record and keeps it.
  func report(_ record: some BenchRecord) throws {
    lines.append(try JSONText.line(record))
    Console.standard.line(json ? lines.last! : record.text)
  }
}

/// A part of the benchmark.
enum BenchPart: String, CaseIterable {
  /// Single operations, such as a convolution or a ReLU's relaxation.
  case kernels
  /// Whole training steps: gradients, clipping and update.
  case steps
  /// The certification of a model's test examples.
  case certification

  /// The names of all parts, separated by commas.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// Reads a list of parts.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for a name that is none.
  static func parts(named list: String) throws -> Set<BenchPart> {
    Set(try Choice.pick(list, from: allCases.map { (name: $0.rawValue, $0) }, "--parts").map(\.1))
  }
}

/// The choice of things by their names in a list.
enum Choice {
  /// Returns the things that a comma-separated list names, in its order; all of them where there is
  /// no list.
  ///
  /// - Parameters:
  ///   - list: The option's value.
  ///   - all: The things to choose from, with their names.
  ///   - option: The option's name, for the message.
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for a name that is not there, with all that
  ///   are.
  static func pick<Value>(
    _ list: String?, from all: [(name: String, Value)], _ option: String
  ) throws -> [(name: String, Value)] {
    guard let list else { return all }
    return try list.split(separator: ",", omittingEmptySubsequences: false).map { name in
      guard let found = all.first(where: { $0.name == name }) else {
        let names = all.map(\.name).joined(separator: ", ")
        throw Failure(.usage, "\(option): no \"\(name)\"; there are \(names)")
      }
      return found
    }
  }
}
