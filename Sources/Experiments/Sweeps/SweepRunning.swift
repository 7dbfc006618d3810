import Bounds
import Foundation
import RobustTraining
import Verification

/// What an observer of a sweep sees.
public enum SweepEvent: Sendable {
  /// A data set is about to be downloaded. What the observer throws here is ignored.
  case fetching(URL)
  /// A run cannot be trained, for this reason; found out before the first run begins.
  case impossible(PlannedRun, String)
  case step(PlannedRun, StepReport)
  case epoch(PlannedRun, EpochReport)
  /// A trained model is being certified and attacked.
  case evaluating(PlannedRun, WorkProgress)
  case ended(PlannedRun, SweepResult)
}

/// How a call to ``Sweep/run(in:budget:observe:)`` ended.
public struct SweepOutcome: Sendable {
  /// All runs in the folder that have ended, earlier calls' included.
  public let table: SweepTable
  /// Runs without a result: those that cannot be trained or whose training diverged, with the reason.
  public let failures: [Failure]
  /// Runs that other processes are training.
  public let busy: Int
  /// Whether the budget was spent before the end; the same call goes on.
  public let isInterrupted: Bool

  /// A run without a result, and why.
  public struct Failure: Sendable {
    public let run: PlannedRun
    public let problem: String
    /// Whether the training had begun.
    public let wasTrained: Bool
  }
}

extension Sweep {
  /// Trains and evaluates every run of the sweep in a folder, and goes on where an earlier call was
  /// stopped.
  ///
  /// ```swift
  /// let outcome = try sweep.run(in: folder) { event in
  ///   if case .ended(let run, let result) = event {
  ///     print(run.label, result.errors?.certified ?? .nan)
  ///   }
  /// }
  /// for failure in outcome.failures { print(failure.run.label, failure.problem) }
  /// print(outcome.table.markdown)
  /// ```
  ///
  /// Each run has a folder in the sweep's. Several processes may work on one sweep: each takes runs
  /// that no other one has. Before the first training it is checked that all runs can be trained. The
  /// table is written as `table.md`, `table.csv` and `table.json` after every run.
  ///
  /// - Parameters:
  ///   - budget: When to stop; the training that is stopped leaves a checkpoint.
  ///   - observe: Gets each event. What it throws ends the sweep.
  /// - Throws: `FormatError` for files that cannot be read or written, ``RunError`` where a folder
  ///   holds a run with other settings. A run that cannot be trained, or diverges, ends nothing: it is
  ///   among the outcome's failures.
  @discardableResult
  public func run(
    in folder: URL, budget: Budget = Budget(),
    observe: (SweepEvent) throws -> Void = { _ in }
  ) throws -> SweepOutcome {
    let folder = SweepFolder(folder, self)
    try folder.create()
    return try withoutActuallyEscaping(observe) { observe in
      var worker = SweepWorker(folder, budget, observe)
      return try worker.outcome()
    }
  }
}

/// What the reader of a sweep's sequence sees.
public enum SweepUpdate: Sendable {
  case event(SweepEvent)
  /// The last update.
  case ended(SweepOutcome)
}

extension Sweep {
  /// Trains and evaluates every run without holding up the caller's thread, as
  /// ``run(in:budget:observe:)`` does.
  ///
  /// - Throws: As there; `CancellationError` soon after the task is cancelled. The same call goes on.
  @discardableResult
  public func run(in folder: URL, budget: Budget = Budget()) async throws -> SweepOutcome {
    let outcome = try await budget.task { budget in try run(in: folder, budget: budget) }
    try Task.checkCancellation()
    return outcome
  }

  /// Trains and evaluates every run without waiting for the reader, and stops where the reader leaves
  /// the loop or its task is cancelled.
  ///
  /// - Returns: A sequence that throws what ``run(in:budget:observe:)`` does.
  public func updates(
    in folder: URL, budget: Budget = Budget()
  ) -> AsyncThrowingStream<SweepUpdate, any Error> {
    budget.sequence { budget, yield in
      let outcome = try run(in: folder, budget: budget) { yield(.event($0)) }
      yield(.ended(outcome))
    }
  }
}
