import Bounds

/// What the reader of a training's sequence sees.
public enum TrainingUpdate: Sendable {
  case step(StepReport)
  /// An epoch has ended; the run as it then stands can be saved.
  case epoch(EpochReport, TrainingRun)
  /// The last update: the trained run.
  case ended(TrainingRun, TrainingOutcome)
}

extension TrainingRun {
  /// Trains without holding up the caller's thread.
  ///
  /// A task that is cancelled keeps what was trained: the run can be saved and go on.
  ///
  /// - Throws: ``TrainingError/diverged(epoch:step:)``; `CancellationError` soon after the task is
  ///   cancelled.
  @discardableResult
  public mutating func train(budget: Budget = Budget()) async throws -> TrainingOutcome {
    let start = self
    let (end, outcome) = try await budget.task { budget in
      var run = start
      let outcome = try run.train(budget: budget)
      return (run, outcome)
    }
    self = end
    try Task.checkCancellation()
    return outcome
  }

  /// Trains from now on without waiting for the reader, and stops where the reader leaves the loop or
  /// its task is cancelled. This run stays as it is; the trained one comes with the last update.
  ///
  /// ```swift
  /// var trained: Network?
  /// for try await update in start.updates() {
  ///   switch update {
  ///   case .step: break
  ///   case .epoch(let report, _): print(report.epoch, report.sums.meanLoss)
  ///   case .ended(let run, _): trained = run.network
  ///   }
  /// }
  /// ```
  ///
  /// - Returns: A sequence that throws ``TrainingError/diverged(epoch:step:)``.
  public func updates(budget: Budget = Budget()) -> AsyncThrowingStream<TrainingUpdate, any Error> {
    budget.sequence { budget, yield in
      var run = self
      let outcome = try run.train(budget: budget) { event, run in
        switch event {
        case .step(let report): yield(.step(report))
        case .epoch(let report): yield(.epoch(report, run))
        }
      }
      yield(.ended(run, outcome))
    }
  }
}
