import ArgumentParser
import Crownwork
import Foundation

/// Does the runs of a sweep that nobody else does.
struct SweepWorker {
  private let folder: SweepFolder
  private let talks: Bool
  /// What hinders runs; complete after ``work()``.
  private(set) var check = SweepCheck()
  private var datasets = DatasetCache(fetches: true)

  init(_ folder: SweepFolder, talks: Bool) {
    self.folder = folder
    self.talks = talks
  }

  /// Does what can be done: runs that another process has are tried again after the others, since
  /// it may have been stopped.
  ///
  /// - Returns: How many runs are still in the hands of other processes.
  mutating func work() throws -> Int {
    let open = try folder.sweep.runs.filter { try folder.state(of: $0) != .done }
    try checkRuns(open)
    var waiting = open.filter { check.recipe(of: $0) != nil }
    var before = Int.max
    while waiting.count < before {
      before = waiting.count
      waiting = try waiting.filter { try !complete($0) }
    }
    return try waiting.count { try folder.state(of: $0) != .done }
  }

  /// Finds out which runs cannot be trained, and says and notes so before any other one is.
  private mutating func checkRuns(_ runs: [PlannedRun]) throws {
    check = try SweepCheck(of: runs) { try datasets.load($0) }
    for planned in runs {
      guard let problem = check.problem(of: planned) else { continue }
      Console.error("crownwork: \(planned.label): cannot be trained: \(problem)")
      try folder.note(problem, of: planned)
    }
  }

  /// Returns whether the run has ended, here or in another process.
  private mutating func complete(_ planned: PlannedRun) throws -> Bool {
    guard let recipe = check.recipe(of: planned),
      let runFolder = try folder.take(planned, recipe)
    else { return try folder.state(of: planned) == .done }
    let number = folder.sweep.runs.firstIndex { $0.folder == planned.folder } ?? 0
    let place = "[\(number + 1)/\(folder.sweep.runs.count)] \(planned.label)"
    let result = try result(of: planned, runFolder, place)
    try result.write(to: runFolder.url)
    if talks { Console.standard.line("\(place): \(result.summary)") }
    try folder.writeTable()
    return true
  }

  private mutating func result(
    of planned: PlannedRun, _ opened: RunFolder, _ place: String
  ) throws -> SweepResult {
    var runFolder = opened
    let dataset = try datasets.load(planned.recipe)
    var parameters = 0
    func failed(_ error: any Error) -> SweepResult {
      SweepResult(planned, runFolder, parameters: parameters, report: nil, failure: "\(error)")
    }
    do {
      var run = try runFolder.recipe.run(on: dataset)
      parameters = run.network.parameterCount
      try runFolder.restore(&run)
      try train(&run, &runFolder, place)
      let report = try report(on: runFolder, dataset, place)
      return SweepResult(planned, runFolder, parameters: parameters, report: report)
    } catch let error as TrainingError {
      guard case .diverged = error else { throw error }
      try runFolder.record(error)
      return failed(error)
    } catch let error where error is BoundsError || error is NetworkError {
      check.add("\(error)", of: planned)
      return failed(error)
    }
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
      case .epoch(let epoch):
        try runFolder.record(epoch, run)
        for warning in epoch.warnings {
          Console.standard.clearLiveLine()
          Console.error("crownwork: \(place): warning: \(warning)")
        }
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
    return try SavedModel(path: runFolder.url.path).file.network.evaluate(
      on: test, target: runFolder.recipe.target, attack: evaluation.attack
    ) { progress in
      Console.standard.live("\(place): \(progress.words)")
      if let number = Interruption.signalNumber { throw interrupted(number) }
    }
  }

  private func interrupted(_ number: Int32) -> ExitCode {
    Console.standard.clearLiveLine()
    Console.error("crownwork: interrupted; the same command goes on where it stopped")
    return ExitCode(128 + number)
  }
}

/// Each data set of a sweep once.
struct DatasetCache {
  let fetches: Bool
  private var datasets: [(recipe: Recipe, dataset: Dataset)] = []

  init(fetches: Bool) { self.fetches = fetches }

  mutating func load(_ recipe: Recipe) throws -> Dataset {
    let known = datasets.first {
      $0.recipe.dataset == recipe.dataset && $0.recipe.data == recipe.data
        && $0.recipe.images == recipe.images
    }
    if let known { return known.dataset }
    let dataset = try recipe.loadDataset(fetch: fetches) {
      Console.error("fetching \($0.absoluteString)")
    }
    datasets.append((recipe, dataset))
    return dataset
  }
}

extension SweepResult {
  fileprivate var summary: String {
    guard let errors else { return "failed: \(failure ?? "")" }
    let time = secondsPerEpoch.map { String(format: ", %.1f s per epoch", $0) } ?? ""
    let collapsed = errors.collapsed == true ? "collapsed; " : ""
    return
      "\(collapsed)standard \(percent(errors.standard)), attacked \(percent(errors.attacked)), certified "
      + "\(percent(errors.certified))\(time)"
  }
}
