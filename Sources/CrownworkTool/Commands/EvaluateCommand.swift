import ArgumentParser
import Crownwork
import Foundation

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Standard, attacked and certified error in one table.",
    discussion: """
      Several models make one table. ε, norm and methods are the model's own unless given. A \
      certificate that an attack contradicts is reported, with exit code 70.

      With --curve: the errors over a range of ε, in place of one ε.

      Bounds hold in real arithmetic; the rounding of Float32 is not yet accounted for.

      EXAMPLES
        crownwork evaluate runs/digits-cnn-2layer
        crownwork evaluate runs/a runs/b --epsilon 8/255 --by ibp,crown-ibp,crown
        crownwork evaluate runs/a --curve 0:0.4:9 --output curve.csv
        crownwork evaluate a.pt --model dm-small --input 28x28x1 --dataset mnist
      """)

  @Argument(help: "Runs, model files or ONNX files.", completion: .model) var models: [String]
  @OptionGroup var subject: SubjectOptions
  @OptionGroup var target: TargetOptions
  @Option("evaluate.methods", standard: "the model's own") var by: RecipeOverride?
  @OptionGroup var relaxation: RelaxationOption
  @OptionGroup var attack: AttackOptions
  @OptionGroup var assignments: Assignments
  @Option(
    parsing: .unconditional,
    help: "Test examples: the first N, or A:B (B not included). Default: the model's own.")
  var examples: String?
  @OptionGroup var memory: MemoryOption
  @Option(
    parsing: .unconditional,
    help:
      "Errors at each epsilon: FROM:TO:COUNT, both ends included, or a list such as 0,0.1,8/255.")
  var curve: String?
  @Option(
    help: "Write the curve to this file: .csv, or a picture, .svg.",
    completion: .file(extensions: ["csv", "svg"]))
  var output: String?
  @Flag(help: "Print JSON.") var json = false

  mutating func run() throws {
    try subject.apply()
    let budget = try memory.budget()
    if let curve { return try evaluate(at: EpsilonRange(curve).epsilons, budget: budget) }
    guard output == nil else {
      throw Failure(.usage, "--output: is of --curve; add that or leave this out")
    }
    try Self.show(try models.map { try report(on: $0, budget) }, asJSON: json)
  }

  /// Prints the reports, and fails where one of them contradicts itself.
  static func show(_ reports: [NamedReport], asJSON: Bool) throws {
    let table = EvaluationTable(reports)
    Console.standard.line(asJSON ? try table.json : table.text)
    for report in reports { warn(report) }
    try Alarm.check(
      reports.map { named in
        (named.name, named.report.contradictions.map { $0 + named.start })
      })
  }

  private func report(on path: String, _ budget: Budget) throws -> NamedReport {
    let (model, range) = try subject.examples(for: try subject.open(path), count: examples)
    let goal = try model.target(on: range.dataset)
      .applying(judgement())
    try goal.perturbation.validate(inputCount: range.data.imageSize)
    let attack = try settings(model, on: range.dataset)
    ForeignModel(model, goal, target, by: by).tell(asJSON: json)
    defer { Console.standard.clearLiveLine() }
    let report = try model.file.network.evaluate(
      on: range.data, target: goal, attack: attack, seed: self.attack.seed, budget: budget
    ) { progress in
      try Interruption.check()
      Console.standard.live("\(path): \(progress.words)")
    }
    try Interruption.check()
    return NamedReport(
      name: path, dataset: range.dataset, start: range.start, network: model.file.network,
      report: report)
  }

  /// Collects what the options say of the set and of the methods.
  func judgement() throws -> [RecipeOverride] {
    try target.overrides(by: by, slope: relaxation.slope) + assigned
  }

  /// The attack, with what the options say of it.
  func settings(_ model: SavedModel, on dataset: DatasetName) throws -> Attack {
    try attack.settings(model.evaluation(on: dataset).attack, assigned)
  }

  private var assigned: [RecipeOverride] {
    get throws { try assignments.given(of: TargetOptions.paths + [AttackOptions.path]) }
  }

  private static func warn(_ named: NamedReport) {
    guard named.report.invalidCount > 0 else { return }
    Console.error(
      "crownwork: \(named.name): warning: \(named.report.invalidCount) examples have NaN or "
        + "infinite bounds and count as not certified")
  }
}
