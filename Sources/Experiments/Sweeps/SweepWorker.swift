import Bounds
import Datasets
import Foundation
import Networks
import RobustTraining
import Verification

/// Does the runs of a sweep that nobody else does.
struct SweepWorker {
  private let folder: SweepFolder
  private let budget: Budget
  private let observe: (SweepEvent) throws -> Void
  private var check = SweepCheck()
  private var datasets = DatasetCache(fetches: true)

  init(
    _ folder: SweepFolder, _ budget: Budget, _ observe: @escaping (SweepEvent) throws -> Void
  ) {
    self.folder = folder
    self.budget = budget
    self.observe = observe
  }

  /// Ends the work on a run where the budget is spent.
  private struct Interrupted: Error {}

  /// Does what can be done, and says what came of it.
  mutating func outcome() throws -> SweepOutcome {
    var busy = 0
    var isInterrupted = false
    do { busy = try work() } catch is Interrupted { isInterrupted = true }
    // Once more: another process may have written its own, or one was stopped before it did.
    let table = try folder.writeTable()
    return SweepOutcome(
      table: table, failures: try failures(), busy: busy, isInterrupted: isInterrupted)
  }

  private func failures() throws -> [SweepOutcome.Failure] {
    try folder.sweep.runs.compactMap { run in
      if let problem = check.problem(of: run) {
        return SweepOutcome.Failure(run: run, problem: problem, wasTrained: false)
      }
      guard let result = try SweepResult.read(from: folder.url(of: run)), result.errors == nil
      else { return nil }
      return SweepOutcome.Failure(
        run: run, problem: result.failure ?? "has no errors", wasTrained: true)
    }
  }

  /// Does what can be done: runs that another process has are tried again after the others, since
  /// it may have been stopped.
  ///
  /// - Returns: How many runs are still in the hands of other processes.
  private mutating func work() throws -> Int {
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
    let observe = observe
    check = try SweepCheck(of: runs) { try datasets.load($0) { try? observe(.fetching($0)) } }
    for planned in runs {
      guard let problem = check.problem(of: planned) else { continue }
      try observe(.impossible(planned, problem))
      try folder.note(problem, of: planned)
    }
  }

  /// Returns whether the run has ended, here or in another process.
  private mutating func complete(_ planned: PlannedRun) throws -> Bool {
    guard let recipe = check.recipe(of: planned),
      let runFolder = try folder.take(planned, recipe)
    else { return try folder.state(of: planned) == .done }
    let result = try result(of: planned, runFolder)
    try result.write(to: runFolder.url)
    try observe(.ended(planned, result))
    try folder.writeTable()
    return true
  }

  private mutating func result(
    of planned: PlannedRun, _ opened: RunFolder
  ) throws -> SweepResult {
    var runFolder = opened
    let observe = observe
    let dataset = try datasets.load(planned.recipe) { try? observe(.fetching($0)) }
    var parameters = 0
    func failed(_ error: any Error) -> SweepResult {
      SweepResult(planned, runFolder, parameters: parameters, report: nil, failure: "\(error)")
    }
    do {
      var run = try runFolder.recipe.run(on: dataset)
      parameters = run.network.parameterCount
      try runFolder.restore(&run)
      try train(&run, &runFolder, planned)
      let report = try report(on: runFolder, dataset, planned)
      return SweepResult(planned, runFolder, parameters: parameters, report: report)
    } catch let error as TrainingError {
      guard case .diverged = error else { throw error }
      return failed(error)
    } catch let error where error is BoundsError || error is NetworkError {
      check.add("\(error)", of: planned)
      return failed(error)
    }
  }

  private func train(
    _ run: inout TrainingRun, _ runFolder: inout RunFolder, _ planned: PlannedRun
  ) throws {
    let outcome = try runFolder.train(&run, budget: budget) { event, _ in
      switch event {
      case .step(let report): try observe(.step(planned, report))
      case .epoch(let report): try observe(.epoch(planned, report))
      }
    }
    if outcome == .interrupted { throw Interrupted() }
  }

  private func report(
    on runFolder: RunFolder, _ dataset: Dataset, _ planned: PlannedRun
  ) throws -> ModelReport {
    let evaluation = runFolder.recipe.evaluation
    let test = dataset.test.prefix(evaluation.examples ?? dataset.test.count)
    let report = try SavedModel(path: runFolder.url.path).file.network.evaluate(
      on: test, target: runFolder.recipe.target, attack: evaluation.attack, budget: budget
    ) { progress in
      try observe(.evaluating(planned, progress))
      if budget.isSpent { throw Interrupted() }
    }
    // A spent budget leaves examples out without a word, and a result on some of them must not pass
    // for one on all.
    if budget.isSpent { throw Interrupted() }
    return report
  }
}
