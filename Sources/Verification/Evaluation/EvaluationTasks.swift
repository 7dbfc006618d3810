import Bounds
import Datasets
import Networks

extension Network {
  /// Attacks examples without holding up the caller's thread, as
  /// ``attack(_:within:with:seed:batchSize:keepingInputs:budget:observe:)`` does.
  ///
  /// - Throws: `CancellationError` soon after the task is cancelled.
  public func attack(
    _ data: LabeledImages, within set: Perturbation, with attack: Attack, seed: UInt64 = 0,
    keepingInputs: Bool = true, budget: Budget = Budget()
  ) async throws -> [AttackResult] {
    let results = try await budget.task { budget in
      try self.attack(
        data, within: set, with: attack, seed: seed, keepingInputs: keepingInputs, budget: budget)
    }
    try Task.checkCancellation()
    return results
  }

  /// The results of an attack on examples, in order, each soon after it is known.
  ///
  /// The work begins at once and does not wait for its reader. It stops where the reader leaves the
  /// loop or its task is cancelled. A budget that is spent ends the sequence.
  public func attackResults(
    on data: LabeledImages, within set: Perturbation, with attack: Attack, seed: UInt64 = 0,
    keepingInputs: Bool = true, budget: Budget = Budget()
  ) -> AsyncThrowingStream<AttackResult, any Error> {
    budget.sequence { budget, yield in
      _ = try self.attack(
        data, within: set, with: attack, seed: seed, keepingInputs: keepingInputs, budget: budget
      ) { results, _ in results.forEach(yield) }
    }
  }

  /// Certifies and attacks every example without holding up the caller's thread, as
  /// ``evaluate(on:target:attack:seed:budget:observe:)`` does.
  ///
  /// - Throws: As there; `CancellationError` soon after the task is cancelled.
  public func evaluate(
    on data: LabeledImages, target: CertificationTarget, attack: Attack, seed: UInt64 = 0,
    budget: Budget = Budget()
  ) async throws -> ModelReport {
    let report = try await budget.task { budget in
      try evaluate(on: data, target: target, attack: attack, seed: seed, budget: budget)
    }
    try Task.checkCancellation()
    return report
  }
}
