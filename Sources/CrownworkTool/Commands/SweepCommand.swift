import ArgumentParser
import Crownwork
import Foundation

/// `crownwork sweep`: trains and evaluates many models, settings and seeds, and compares them in
/// one table.
///
/// The section `sweep` of the recipe lists models, settings and seeds; each combination is a run
/// with a folder inside the sweep's. The command goes in this order:
///
/// 1. The recipe is read and the runs are planned; with `--dry-run` they are checked, their states
///    are printed, and the command ends.
/// 2. All runs that are not done are checked against their data. Those that cannot be trained are
///    named, noted as failed, and left out.
/// 3. The worker (`SweepWorker`) takes one run after the other that no other process has, trains
///    and evaluates it, writes its `result.json`, and writes `table.md`, `table.csv` and
///    `table.json` anew.
/// 4. The table of all results in the folder is printed.
///
/// A sweep may be stopped in any way, and the same command goes on. A signal leaves a checkpoint in
/// the run that was being trained and the exit code 129, 130 or 143. Several processes may work on
/// one sweep.
///
/// Exit codes other than 0: 64 for bad options and a folder whose runs have other settings; 65 for
/// a bad recipe, and at the end where runs cannot be trained; 66 for a missing recipe; 70 where an
/// attack has broken what was certified; 73 where the folder cannot be written. A training that
/// diverges is a result like others, and does not change the exit code.
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

  /// The recipe. One without a section `sweep` makes a sweep of one run.
  @Argument(help: "A recipe with a section sweep, YAML.", completion: .recipe)
  var recipe: String
  /// The settings that override those of every run.
  @OptionGroup(title: "Settings of all runs") var settings: TrainSettings
  /// The settings of the evaluation that override those of every run.
  @OptionGroup(title: "Evaluation of all runs") var evaluation: SweepEvaluation
  /// `--seeds`: the seeds in place of the recipe's. Seeds that are new join those in the folder.
  @Option(help: "Seeds, such as 0,1,2, in place of the recipe's.") var seeds: String?
  /// `--output`: the folder of the sweep; nil for `runs/` with the recipe's file name.
  @Option(help: "Folder of the sweep. Default: runs/RECIPE.", completion: .directory)
  var output: String?
  @OptionGroup var threads: ThreadOption
  /// `--dry-run`: lists the runs and their states, and writes nothing.
  @Flag(name: .customLong("dry-run"), help: "List the runs and what is done of them.")
  var dryRun = false
  /// `--json`: prints nothing but the table, as JSON.
  @Flag(help: "Print the table as JSON.") var json = false

  /// Works on the sweep until nothing is left to do for this process, and prints the table.
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
    Console.goOnWithoutReader()
    Interruption.catchSignals()
    let report = SweepReport(sweep, talks: !json)
    let outcome = try sweep.run(in: folder.url, budget: Interruption.budget, observe: report.tell)
    if outcome.isInterrupted {
      Console.standard.clearLiveLine()
      Console.error("crownwork: interrupted; the same command goes on where it stopped")
      try Interruption.check()
    }
    try end(outcome, of: sweep)
  }

  /// Prints the table, and ends the command as a failure where something is wrong with it.
  private func end(_ outcome: SweepOutcome, of sweep: Sweep) throws {
    let table = outcome.table
    Console.standard.text(json ? try table.json : table.markdown)
    if outcome.busy > 0 {
      Console.error(
        "crownwork: \(Self.count(outcome.busy)) still being trained by another process, and missing "
          + "in the table; the same command completes it")
    }
    try Alarm.check(
      table.results.map {
        ("\($0.model) \($0.setting) seed \($0.seed)", $0.errors?.contradictions ?? [])
      })
    func pairs(_ failures: [SweepOutcome.Failure]) -> [(PlannedRun, String)] {
      failures.map { ($0.run, $0.problem) }
    }
    try Self.report(
      pairs(outcome.failures.filter { !$0.wasTrained }), of: sweep, "cannot be trained")
    try Self.report(pairs(outcome.failures), of: sweep, "failed")
  }

  /// Returns the beginning of the sentence about runs that other processes have.
  private static func count(_ runs: Int) -> String { runs == 1 ? "1 run is" : "\(runs) runs are" }

  /// Prints the runs with their states, for `--dry-run`: open, started, done, or fails with the
  /// reason.
  ///
  /// Data that are not on this machine are not fetched; the published data sets have known shapes,
  /// by which the architectures are checked nevertheless.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/badData`` where runs cannot be trained, after the
  ///   list was printed.
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
    try Self.report(
      folder.sweep.runs.compactMap { run in check.problem(of: run).map { (run, $0) } },
      of: folder.sweep,
      "cannot be trained")
  }

  /// Ends the command as a failure where runs have no result.
  private static func report(
    _ failures: [(run: PlannedRun, problem: String)], of sweep: Sweep, _ what: String
  ) throws {
    guard let first = failures.first else { return }
    let names =
      failures.count == 1 ? "" : " (\(failures.map(\.run.label).joined(separator: "; ")))"
    throw Failure(
      .badData,
      "\(failures.count) of \(sweep.runs.count) runs \(what)\(names): "
        + "\(first.run.label): \(first.problem)")
  }
}

/// The options that decide how a sweep judges its models, in place of what the recipe says.
struct SweepEvaluation: SettingOptions {
  @OptionGroup var effort: AttackEffort
  /// `--examples`: the number of test examples, the first ones.
  @Option("evaluate.examples", standard: "the recipe's, else all") var examples: RecipeOverride?
}
