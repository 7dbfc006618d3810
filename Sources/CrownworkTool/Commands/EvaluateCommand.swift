import ArgumentParser
import Crownwork
import Foundation

/// `crownwork evaluate`: standard, attacked and certified error of one or more models.
///
/// For each model in turn the command opens the file, loads its data set, decides on the set, the
/// methods and the attack, and then certifies and attacks every example. Everything but the options
/// is the model's own, so that several models in one table may be judged by different sets; the
/// lines above the table name them. When all models are done, the table is printed
/// (``EvaluationTable``). With `--curve` the same happens over a range of ε (``NamedCurve``).
///
/// Nothing is written but the curve's file. A signal ends the command as soon as the examples in
/// work are done, without a report and with exit code 129, 130 or 143.
///
/// Exit codes other than 0: 64 for bad options, 65 for a model or data that cannot be used, such as
/// a layer without a bound rule, 66 for missing files, 70 where an attack breaks what was certified
/// (``Alarm``), 73 for a curve that cannot be written.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Standard, attacked and certified error in one table.",
    discussion: """
      Several models make one table. ε, norm and methods are the model's own unless given. A \
      certificate that an attack contradicts is reported, with exit code 70.

      With --curve: the errors over a range of ε, in place of one ε.

      Every rounding is accounted for: what is certified holds for the network as any \
      runtime computes it in Float32 (see --guarantee).

      EXAMPLES
        crownwork evaluate runs/digits-cnn-2layer
        crownwork evaluate runs/a runs/b --epsilon 8/255 --by ibp,crown-ibp,crown
        crownwork evaluate runs/a --curve 0:0.4:9 --output curve.csv
        crownwork evaluate a.pt --model dm-small --input 28x28x1 --dataset mnist
      """)

  /// The models, a column each.
  @Argument(help: "Runs, model files or ONNX files.", completion: .model) var models: [String]
  /// The files, the data set and the threads to judge by.
  @OptionGroup var subject: SubjectOptions
  /// The perturbation set, where it is not to be the model's own.
  @OptionGroup var target: TargetOptions
  /// `--by`: the methods in the order in which they are tried on an example.
  @Option("evaluate.methods", standard: "the model's own") var by: RecipeOverride?
  @OptionGroup var relaxation: RelaxationOption
  /// For which network certificates hold.
  @OptionGroup var arithmetic: GuaranteeOptions
  /// The attack, where it is not to be the model's own.
  @OptionGroup var attack: AttackOptions
  /// `--set`, for settings of the set, the methods and the attack.
  @OptionGroup var assignments: Assignments
  /// `--examples`: the part of the test set (``ExampleRange``).
  @Option(
    parsing: .unconditional,
    help: "Test examples: the first N, or A:B (B not included). Default: the model's own.")
  var examples: String?
  @OptionGroup var memory: MemoryOption
  /// `--curve`: the values of ε (``EpsilonRange``); nil for a table at one ε.
  @Option(
    parsing: .unconditional,
    help:
      "Errors at each epsilon: FROM:TO:COUNT, both ends included, or a list such as 0,0.1,8/255.")
  var curve: String?
  /// `--output`: the file of the curve, CSV or SVG by its ending.
  @Option(
    help: "Write the curve to this file: .csv, or a picture, .svg.",
    completion: .file(extensions: ["csv", "svg"]))
  var output: String?
  /// `--json`: prints an array of records, one for each model, in place of the table or the curve.
  @Flag(help: "Print JSON.") var json = false

  /// Judges the models one after the other and prints the result.
  mutating func run() throws {
    try subject.apply()
    let budget = try memory.budget()
    if let curve { return try evaluate(at: EpsilonRange(curve).epsilons, budget: budget) }
    guard output == nil else {
      throw Failure(.usage, "--output: is of --curve; add that or leave this out")
    }
    try Self.show(try models.map { try report(on: $0, budget) }, asJSON: json)
  }

  /// Prints the reports, warns of examples with NaN or infinite bounds, and raises the alarm where
  /// a report contradicts itself.
  ///
  /// - Parameters:
  ///   - reports: At least one report.
  ///   - asJSON: Whether JSON is printed in place of the table.
  /// - Throws: ``Failure`` with ``Failure/Code/internalError`` for a contradiction, after
  ///   everything was printed.
  static func show(_ reports: [NamedReport], asJSON: Bool) throws {
    let table = EvaluationTable(reports)
    Console.standard.line(asJSON ? try table.json : table.text)
    for report in reports { warn(report) }
    try Alarm.check(
      reports.map { named in
        (named.name, named.report.contradictions.map { $0 + named.start })
      })
  }

  /// Judges one model. The choices for a foreign model are printed before the work begins.
  ///
  /// - Parameter path: The model as the user named it.
  /// - Throws: `ExitCode` where a signal asked for the end; else what opening, loading and judging
  ///   throw.
  private func report(on path: String, _ budget: Budget) throws -> NamedReport {
    let (model, range) = try subject.examples(for: try subject.open(path), count: examples)
    let given = try judgement()
    var goal = try model.target(on: range.dataset).applying(given)
    goal.arithmetic = try arithmetic.outward()
    try goal.perturbation.validate(inputCount: range.data.imageSize)
    let attack = try settings(model, on: range.dataset)
    ForeignModel(model, goal, given).tell(asJSON: json)
    defer { Console.standard.clearLiveLine() }
    let report = try model.file.network.evaluate(
      on: range.data, target: goal, attack: attack, seed: self.attack.seed, budget: budget
    ) { progress in
      try Interruption.check()
      Console.standard.live("\(path): \(progress.words)")
    }
    // A signal spends the budget, and a spent budget leaves examples out without a word. A report
    // on some of the examples must not pass for one on all.
    try Interruption.check()
    return NamedReport(
      name: path, dataset: range.dataset, start: range.start, network: model.file.network,
      report: report)
  }

  /// Collects the settings of the set and of the methods that the options give, those of `--set`
  /// included.
  func judgement() throws -> [RecipeOverride] {
    try target.overrides(by: by, slope: relaxation.slope)
      + assigned.filter { $0.isOf(TargetOptions.paths) }
  }

  /// Returns the attack: the model's own, or the usual one of the data set by APGD for a file
  /// without a run, with the options over it.
  func settings(_ model: SavedModel, on dataset: DatasetName) throws -> Attack {
    try attack.settings(model.evaluation(on: dataset).attack, assigned)
  }

  /// The settings that `--set` gives; all of them belong to the set, the methods or the attack.
  private var assigned: [RecipeOverride] {
    get throws { try assignments.given(of: TargetOptions.paths + [AttackOptions.path]) }
  }

  /// Warns of examples whose bounds are NaN or infinite: they count as not certified.
  private static func warn(_ named: NamedReport) {
    guard named.report.invalidCount > 0 else { return }
    Console.error(
      "crownwork: \(named.name): warning: \(named.report.invalidCount) examples have NaN or "
        + "infinite bounds and count as not certified")
  }
}
