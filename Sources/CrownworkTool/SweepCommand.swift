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
    let seeds = Overrides.make([("sweep.seeds", seeds, "--seeds")])
    let sweep = try Sweep(
      contentsOf: URL(fileURLWithPath: recipe), overrides: settings.overrides + seeds)
    let folder = SweepFolder(URL(fileURLWithPath: output ?? "runs/\(sweep.name)"), sweep)
    if dryRun { return try list(folder) }
    try folder.create()
    Interruption.catchSignals()
    var worker = SweepWorker(folder, talks: !json)
    let busy = try worker.work()
    let table = try folder.table()
    print(json ? try table.json : table.markdown, terminator: "")
    if busy > 0 {
      Console.error(
        "crownwork: \(busy) runs are in the hands of other processes; run again when they are done")
    }
    let contradictions = table.results.filter { ($0.errors?.contradictions ?? 0) > 0 }
    if let first = contradictions.first {
      throw Failure(
        .internalError,
        "\(first.model) \(first.setting) seed \(first.seed): SOUNDNESS ALARM: certified, yet broken"
      )
    }
  }

  private func list(_ folder: SweepFolder) throws {
    for planned in folder.sweep.runs {
      print("\(try folder.state(of: planned).rawValue)  \(planned.label)")
    }
    print("\(folder.sweep.runs.count) runs in \(folder.url.relativePath)")
    print("dry run: nothing was written")
  }
}

/// Does the runs of a sweep that nobody else does.
struct SweepWorker {
  private let folder: SweepFolder
  private let talks: Bool
  private var datasets: [(recipe: Recipe, dataset: Dataset)] = []

  init(_ folder: SweepFolder, talks: Bool) {
    self.folder = folder
    self.talks = talks
  }

  /// Returns the number of runs left to other processes.
  mutating func work() throws -> Int {
    var busy = 0
    for (number, planned) in folder.sweep.runs.enumerated() {
      guard try folder.state(of: planned) != .done else { continue }
      guard let lock = try folder.lock(planned) else {
        busy += 1
        continue
      }
      defer { withExtendedLifetime(lock) {} }
      // Another process may have done it in the meantime.
      guard try folder.state(of: planned) != .done else { continue }
      let place = "[\(number + 1)/\(folder.sweep.runs.count)] \(planned.label)"
      let result = try complete(planned, place)
      if talks { Console.standard.line("\(place): \(result.summary)") }
      try folder.table().write(to: folder.url)
    }
    return busy
  }

  private mutating func complete(_ planned: PlannedRun, _ place: String) throws -> SweepResult {
    let dataset = try load(planned.recipe)
    let recipe = try planned.recipe.resolved(for: dataset)
    let url = folder.url(of: planned)
    var runFolder: RunFolder
    if RunFolder.exists(at: url) {
      runFolder = try RunFolder(opening: url)
    } else {
      runFolder = try RunFolder(creating: url, recipe: recipe)
    }
    var run = try recipe.run(on: dataset)
    try runFolder.restore(&run)
    var result: SweepResult
    do {
      try train(&run, &runFolder, place)
      let report = try report(on: runFolder, dataset, place)
      result = SweepResult(
        planned, runFolder, parameters: run.network.parameterCount, report: report)
    } catch let error as TrainingError {
      result = SweepResult(
        planned, runFolder, parameters: run.network.parameterCount, report: nil,
        failure: "\(error)")
    }
    try result.write(to: url)
    return result
  }

  private func train(
    _ run: inout TrainingRun, _ runFolder: inout RunFolder, _ place: String
  ) throws {
    let outcome = try run.train { event, run in
      switch event {
      case .step(let step):
        Console.standard.live(
          "\(place): epoch \(step.step / step.stepsPerEpoch + 1)/\(run.plan.schedule.epochs), "
            + "step \(step.step % step.stepsPerEpoch + 1)/\(step.stepsPerEpoch)")
      case .epoch(let epoch): try runFolder.record(epoch, run)
      }
    } isInterrupted: {
      Interruption.signalNumber != nil
    }
    Console.standard.clearLiveLine()
    guard outcome == .interrupted, let number = Interruption.signalNumber else { return }
    try runFolder.save(run)
    throw interrupted(number)
  }

  private func report(
    on runFolder: RunFolder, _ dataset: Dataset, _ place: String
  ) throws -> ModelReport {
    let evaluation = runFolder.recipe.evaluation
    let test = dataset.test.prefix(evaluation.examples ?? dataset.test.count)
    defer { Console.standard.clearLiveLine() }
    return try ModelReport(
      of: SavedModel(path: runFolder.url.path).file.network, on: test,
      target: runFolder.recipe.target, attack: evaluation.attack
    ) { stage, done in
      Console.standard.live("\(place): \(stage.rawValue) \(done)/\(test.count)")
      if let number = Interruption.signalNumber { throw interrupted(number) }
    }
  }

  private func interrupted(_ number: Int32) -> ExitCode {
    Console.standard.clearLiveLine()
    Console.error("crownwork: interrupted; the same command goes on where it stopped")
    return ExitCode(128 + number)
  }

  /// Each data set once.
  private mutating func load(_ recipe: Recipe) throws -> Dataset {
    let known = datasets.first {
      $0.recipe.dataset == recipe.dataset && $0.recipe.data == recipe.data
        && $0.recipe.images == recipe.images
    }
    if let known { return known.dataset }
    let dataset = try recipe.loadDataset { Console.error("fetching \($0.absoluteString)") }
    datasets.append((recipe, dataset))
    return dataset
  }
}

extension SweepResult {
  fileprivate var summary: String {
    guard let errors else { return "failed: \(failure ?? "")" }
    let time = secondsPerEpoch.map { String(format: ", %.1f s per epoch", $0) } ?? ""
    return "standard \(percent(errors.standard)), attacked \(percent(errors.attacked)), certified "
      + "\(percent(errors.certified))\(time)"
  }
}
