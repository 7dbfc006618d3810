import ArgumentParser
import Crownwork
import Foundation
import TensorBenchmarks

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

  @Option(help: "What to measure, of \(BenchPart.names).", completion: .all(BenchPart.self))
  var parts: String = "kernels,steps"
  @Option(
    help: """
      Models, of \(StepBenchmark.models.map(\.name).joined(separator: ", ")). Default: all.
      """, completion: .list(StepBenchmark.models.map(\.name)))
  var models: String?
  @Option(
    help: """
      Objectives, of \(StepBenchmark.objectives.map(\.name).joined(separator: ", ")). Default: all.
      """, completion: .list(StepBenchmark.objectives.map(\.name)))
  var methods: String?
  @Option(help: "Examples in a step.") var batch = 256
  @Option(help: "Steps timed; the median counts.") var steps = 8
  @Option(help: "A run or model file whose certification is timed.", completion: .model)
  var certify: String?
  @Option(
    help: "Methods of certification: \(BoundMethod.names.joined(separator: ", ")).",
    completion: .methods)
  var by = "ibp,crown-ibp"
  @Option(parsing: .unconditional, help: "Test examples to certify: the first N, or A:B.")
  var examples: String?
  @OptionGroup var subject: SubjectOptions
  @OptionGroup var target: TargetOptions
  @Flag(
    help: """
      Skip the machine's own matrix-product and copy rates (use this to measure memory).
      """)
  var alone = false
  @Option(help: "Write the figures to this file too, JSON lines.", completion: .jsonLines)
  var output: String?
  @Flag(help: "Print JSON lines.") var json = false

  mutating func run() throws {
    let printer = BenchPrinter(json: json)
    try measure(printer)
    if let output {
      try AtomicFile.write(
        Data(printer.lines.map { $0 + "\n" }.joined().utf8), to: URL(fileURLWithPath: output))
    }
  }

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
    if !alone { try printer.report(MachineRecord.measured()) }
    if wanted.contains(.kernels) { try kernels(printer) }
    if wanted.contains(.steps) { try trainingSteps(models, objectives, printer) }
    if wanted.contains(.certification) { try certification(printer) }
  }

  private func kernels(_ printer: BenchPrinter) throws {
    printer.heading(KernelRecord.header)
    for kernel in KernelBenchmark.all { try printer.report(KernelRecord(kernel)) }
  }

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

  private func certification(_ printer: BenchPrinter) throws {
    guard let certify else { return }
    let (saved, range) = try subject.examples(for: try subject.open(certify), count: examples)
    let methods = RecipeOverride("evaluate.methods", by, option: "--by")
    let goal = try saved.target.applying(target.overrides(by: methods))
    let benchmark = CertificationBenchmark(saved.file.network, goal.perturbation)
    printer.heading(CertificationRecord.header)
    for method in goal.methods {
      let rate = try benchmark.imagesPerSecond(range.data, by: method)
      try printer.report(
        CertificationRecord(
          model: saved.name, method: method.description, examples: range.data.count,
          imagesPerSecond: rate))
    }
  }
}

/// Prints records as they come and keeps their JSON.
private final class BenchPrinter {
  private let json: Bool
  private(set) var lines: [String] = []

  init(json: Bool) { self.json = json }

  func heading(_ text: String) {
    if !json { Console.standard.line("\n" + text) }
  }

  func report(_ record: some BenchRecord) throws {
    lines.append(try JSON.line(record))
    Console.standard.line(json ? lines.last! : record.text)
  }
}

enum BenchPart: String, CaseIterable {
  case kernels
  case steps
  case certification

  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  static func parts(named list: String) throws -> Set<BenchPart> {
    Set(try Choice.pick(list, from: allCases.map { (name: $0.rawValue, $0) }, "--parts").map(\.1))
  }
}

/// Picking from what has a name.
enum Choice {
  /// The named ones of a comma-separated list, in its order; all where there is no list.
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
