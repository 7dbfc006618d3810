import ArgumentParser
import Crownwork
import Foundation

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Train and evaluate many models, settings and seeds; one table.",
    discussion: """
      The recipe's section "sweep" lists what varies:

        sweep:
          models: [{ name: cnn-2layer, width: 1 }, { name: dm-small }]
          settings:
            - objective: { name: ibp }
            - { label: long, schedule: { epochs: 100 } }
          seeds: [0, 1, 2]

      Each run has a folder in the sweep's. Ctrl-C at any time; the same command goes on. Several \
      processes may work on one sweep: each takes runs that no other one has. Before the first run \
      it is checked that all can be trained; those that cannot are named and left out. The table is \
      of all runs in the folder, also of earlier commands' (such as with other --seeds), and is \
      written as table.md, table.csv and table.json after every run.

      EXAMPLES
        crownwork sweep Recipes/mnist-ten-small.yaml --dry-run
        crownwork sweep Recipes/mnist-objectives.yaml --output runs/objectives
        crownwork sweep Recipes/mnist-small.yaml --seeds 0,1,2
      """)

  @Argument(help: "A recipe with a section sweep, YAML.", completion: .recipe)
  var recipe: String
  @OptionGroup(title: "Settings of all runs") var settings: TrainSettings
  @OptionGroup(title: "Evaluation of all runs") var evaluation: SweepEvaluation
  @Option(help: "Seeds, such as 0,1,2, in place of the recipe's.") var seeds: String?
  @Option(help: "Folder of the sweep. Default: runs/RECIPE.", completion: .directory)
  var output: String?
  @OptionGroup var threads: ThreadOption
  @Flag(name: .customLong("dry-run"), help: "List the runs and what is done of them.")
  var dryRun = false
  @Flag(help: "Print the table as JSON.") var json = false

  mutating func run() throws {
    try threads.apply()
    let given = try evaluation.given + evaluation.effort.given + settings.overrides
    guard seeds == nil || !given.contains(where: { $0.path == "seed" }) else {
      throw Failure(.usage, "--seed and --seeds exclude each other: keep one of them")
    }
    let seeds = seeds.map { [RecipeOverride("sweep.seeds", $0, option: "--seeds")] } ?? []
    let sweep = try Sweep(contentsOf: URL(fileURLWithPath: recipe), overrides: given + seeds)
    let folder = SweepFolder(URL(fileURLWithPath: output ?? "runs/\(sweep.name)"), sweep)
    if dryRun { return try list(folder) }
    try folder.create()
    Console.goOnWithoutReader()
    Interruption.catchSignals()
    var worker = SweepWorker(folder, talks: !json)
    let busy = try worker.work()
    // Once more: another process may have written its own, or one was stopped before it did.
    let table = try folder.writeTable()
    Console.standard.text(json ? try table.json : table.markdown)
    if busy > 0 {
      Console.error(
        "crownwork: \(Self.count(busy)) still being trained by another process, and missing in the "
          + "table; the same command completes it")
    }
    try Alarm.check(
      table.results.map {
        ("\($0.model) \($0.setting) seed \($0.seed)", $0.errors?.contradictions ?? [])
      })
    try Self.report(worker.check, folder)
  }

  private static func count(_ runs: Int) -> String { runs == 1 ? "1 run is" : "\(runs) runs are" }

  private func list(_ folder: SweepFolder) throws {
    let states = try folder.sweep.runs.map { try folder.state(of: $0) }
    let open = zip(folder.sweep.runs, states).filter { $1 != .done }.map(\.0)
    var loader = DatasetCache(fetches: false)
    let check = try SweepCheck(of: open, needsData: false) { try loader.load($0) }
    for (planned, state) in zip(folder.sweep.runs, states) {
      let problem = check.problem(of: planned)
      let word = problem == nil ? state.rawValue : "fails"
      Console.standard.line(
        word.padding(toLength: 9, withPad: " ", startingAt: 0) + planned.label
          + (problem.map { ": \($0)" } ?? ""))
    }
    Console.standard.line("\(folder.sweep.runs.count) runs in \(folder.url.relativePath)")
    Console.standard.line("dry run: nothing was written")
    try Self.report(check, folder)
  }

  /// Ends the command as a failure where runs cannot be trained.
  private static func report(_ check: SweepCheck, _ folder: SweepFolder) throws {
    let impossible = folder.sweep.runs.filter { check.problem(of: $0) != nil }
    guard let first = impossible.first, let problem = check.problem(of: first) else { return }
    let names = impossible.count == 1 ? "" : " (\(impossible.map(\.label).joined(separator: "; ")))"
    throw Failure(
      .badData,
      "\(impossible.count) of \(folder.sweep.runs.count) runs cannot be trained\(names): "
        + "\(first.label): \(problem)")
  }
}

/// How a sweep judges its models, in place of what the recipe says.
struct SweepEvaluation: SettingOptions {
  @OptionGroup var effort: AttackEffort
  @Option("evaluate.examples", standard: "the recipe's, else all") var examples: RecipeOverride?
}
