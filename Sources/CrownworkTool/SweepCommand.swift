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
          settings: [{ objective: { name: ibp } }, { label: long, schedule: { epochs: 100 } }]
          seeds: [0, 1, 2]

      Each run has a folder in the sweep's. Ctrl-C at any time; the same command goes on. Several
      processes may work on one sweep: each takes runs that no other one has. The table is written as
      table.md, table.csv and table.json after every run.

      EXAMPLES
        crownwork sweep Recipes/mnist-ten-small.yaml --dry-run
        crownwork sweep Recipes/mnist-objectives.yaml --output runs/objectives
        crownwork sweep Recipes/mnist-small.yaml --seeds 0,1,2
      """)

  @Argument(help: "A recipe with a section sweep, YAML.") var recipe: String
  @OptionGroup(title: "Settings of all runs") var settings: TrainSettings
  @OptionGroup(title: "Evaluation of all runs") var evaluation: SweepEvaluation
  @Option(help: "Seeds, such as 0,1,2, in place of the recipe's.") var seeds: String?
  @Option(help: "Folder of the sweep. Default: runs/RECIPE.") var output: String?
  @Option(help: "Threads to run on. Default: all.") var threads: Int?
  @Flag(name: .customLong("dry-run"), help: "List the runs and what is done of them.")
  var dryRun = false
  @Flag(help: "Print the table as JSON.") var json = false

  mutating func run() throws {
    if let threads {
      guard threads >= 1 else { throw Failure(.usage, "--threads: must be at least 1") }
      Threads.use(threads)
    }
    guard seeds == nil || settings.seed == nil else {
      throw Failure(.usage, "--seed and --seeds exclude each other: keep one of them")
    }
    let seeds = Overrides.make([("sweep.seeds", seeds, "--seeds")])
    let sweep = try Sweep(
      contentsOf: URL(fileURLWithPath: recipe),
      overrides: settings.overrides + evaluation.overrides + seeds)
    let folder = SweepFolder(URL(fileURLWithPath: output ?? "runs/\(sweep.name)"), sweep)
    if dryRun { return try list(folder) }
    try folder.create()
    Interruption.catchSignals()
    var worker = SweepWorker(folder, talks: !json)
    let busy = try worker.work()
    let table = try folder.table()
    // Once more: another process may have written its own, or one was stopped before it did.
    try table.write(to: folder.url)
    Console.standard.text(json ? try table.json : table.markdown)
    if busy > 0 {
      Console.error(
        "crownwork: \(busy) runs are in the hands of other processes; run again when they are done")
    }
    try Alarm.check(
      table.results.map {
        ("\($0.model) \($0.setting) seed \($0.seed)", $0.errors?.contradictions ?? [])
      })
  }

  private func list(_ folder: SweepFolder) throws {
    for planned in folder.sweep.runs {
      let state = try folder.state(of: planned).rawValue
      Console.standard.line(state.padding(toLength: 9, withPad: " ", startingAt: 0) + planned.label)
    }
    Console.standard.line("\(folder.sweep.runs.count) runs in \(folder.url.relativePath)")
    Console.standard.line("dry run: nothing was written")
  }
}

/// How a sweep judges its models, in place of what the recipe says.
struct SweepEvaluation: ParsableArguments {
  @OptionGroup var effort: AttackEffort
  @Option(parsing: .unconditional, help: "The first so many test examples.") var examples: String?

  var overrides: [RecipeOverride] {
    effort.overrides + Overrides.make([("evaluate.examples", examples, "--examples")])
  }
}
