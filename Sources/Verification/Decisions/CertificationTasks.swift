import Bounds
import Datasets
import Networks

extension Network {
  /// Certifies examples without holding up the caller's thread, as
  /// ``certify(_:against:by:arithmetic:skipping:budget:observe:)`` does.
  ///
  /// - Throws: As there; `CancellationError` soon after the task is cancelled.
  public func certify(
    _ data: LabeledImages, against set: Perturbation, by methods: [BoundMethod],
    arithmetic: Arithmetic = .certified, budget: Budget = Budget()
  ) async throws -> Certification {
    let certification = try await budget.task { budget in
      try certify(data, against: set, by: methods, arithmetic: arithmetic, budget: budget)
    }
    try Task.checkCancellation()
    return certification
  }

  /// The verdicts on examples, in order, each soon after it is known.
  ///
  /// ```swift
  /// var proved = 0
  /// for try await verdict in network.verdicts(on: data.test, against: box, by: [.interval]) {
  ///   if verdict.status == .certified { proved += 1 }
  /// }
  /// ```
  ///
  /// The work begins at once and does not wait for its reader. It stops where the reader leaves the
  /// loop or its task is cancelled. A budget that is spent ends the sequence.
  ///
  /// - Returns: A sequence that throws what ``certify(_:against:by:arithmetic:skipping:budget:observe:)`` does.
  public func verdicts(
    on data: LabeledImages, against set: Perturbation, by methods: [BoundMethod],
    arithmetic: Arithmetic = .certified, budget: Budget = Budget()
  ) -> AsyncThrowingStream<Verdict, any Error> {
    budget.sequence { budget, yield in
      _ = try certify(data, against: set, by: methods, arithmetic: arithmetic, budget: budget) {
        verdicts, _ in
        verdicts.forEach(yield)
      }
    }
  }
}
