import Bounds
import Formats
import Networks

extension Network {
  /// Decides a property without holding up the caller's thread, as
  /// ``verify(_:by:arithmetic:search:budget:observe:)`` does.
  ///
  /// - Throws: As there; `CancellationError` soon after the task is cancelled.
  public func verify(
    _ property: VNNLIBProperty, by methods: [BoundMethod],
    arithmetic: Arithmetic = .certified,
    search: CounterexampleSearch = CounterexampleSearch(), budget: Budget = Budget()
  ) async throws -> PropertyVerdict {
    let verdict = try await budget.task { budget in
      try verify(property, by: methods, arithmetic: arithmetic, search: search, budget: budget)
    }
    try Task.checkCancellation()
    return verdict
  }
}
