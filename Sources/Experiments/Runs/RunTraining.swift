import Bounds
import Foundation
import RobustTraining

extension RunFolder {
  /// Trains the folder's run to its end and records each epoch. A budget that is spent leaves a
  /// checkpoint; a training that fails leaves its reason.
  ///
  /// - Parameter observe: Gets each event after it is recorded, with the run as it then stands.
  /// - Throws: ``TrainingError/diverged(epoch:step:)``, ``FormatError`` of kind `cannotWrite`, and what
  ///   `observe` throws.
  @discardableResult
  package mutating func train(
    _ run: inout TrainingRun, budget: Budget = Budget(),
    observe: (TrainingEvent, TrainingRun) throws -> Void
  ) throws -> TrainingOutcome {
    startClock()
    do {
      let outcome = try run.train(budget: budget) { event, run in
        if case .epoch(let report) = event { try record(report, run) }
        try observe(event, run)
      }
      if outcome == .interrupted { try save(run) }
      return outcome
    } catch let error as TrainingError {
      try record(error)
      throw error
    }
  }
}

extension Recipe {
  /// Trains in a folder as `crownwork train` does: a new run, or the one that was left there.
  ///
  /// ```swift
  /// try recipe.train(in: folder) { event, _ in
  ///   if case .epoch(let report) = event { print(report.epoch, report.sums.meanLoss) }
  /// }
  /// let model = try SavedModel(path: folder.path)
  /// ```
  ///
  /// The data set is fetched where it is missing. Every epoch is recorded, so that a process that
  /// dies at any moment loses at most the epoch that it was in; the same call goes on. When it has
  /// ended, ``SavedModel/init(path:described:output:)`` opens the folder.
  ///
  /// - Parameters:
  ///   - budget: When to stop; the folder then has a checkpoint.
  ///   - observe: Gets each event after it is recorded, with the run as it then stands. What it throws
  ///     ends the training.
  /// - Throws: ``RunError`` where the folder holds something else, a run with other settings, or a run
  ///   that another process trains; `FormatError` for data or folders that cannot be read or
  ///   written; `TrainingError` for a plan that makes no sense and for a training that diverged.
  @discardableResult
  public func train(
    in folder: URL, budget: Budget = Budget(),
    observe: (TrainingEvent, TrainingRun) throws -> Void = { _, _ in }
  ) throws -> TrainingOutcome {
    let dataset = try loadDataset()
    let resolved = try resolved(for: dataset)
    var opened: RunFolder
    if RunFolder.exists(at: folder) {
      opened = try RunFolder(resuming: folder)
      try opened.adopt(resolved)
    } else {
      opened = try RunFolder(creating: folder, recipe: resolved)
    }
    var run = try opened.recipe.run(on: dataset)
    try opened.restore(&run)
    return try opened.train(&run, budget: budget, observe: observe)
  }
}

extension Recipe {
  /// Trains in a folder without holding up the caller's thread, as ``train(in:budget:observe:)`` does.
  ///
  /// - Throws: As there; `CancellationError` soon after the task is cancelled. The folder then has a
  ///   checkpoint, and the same call goes on.
  @discardableResult
  public func train(in folder: URL, budget: Budget = Budget()) async throws -> TrainingOutcome {
    let outcome = try await budget.task { budget in try train(in: folder, budget: budget) }
    try Task.checkCancellation()
    return outcome
  }
}
