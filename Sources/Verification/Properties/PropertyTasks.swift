import Bounds
import Formats
import Networks

extension Network {
  /// Decides a property without holding up the caller's thread, as
  /// ``verify(_:by:search:budget:observe:)`` does.
  ///
  /// - Throws: As there; `CancellationError` soon after the task is cancelled.
  public func verify(
    _ property: VNNLIBProperty, by methods: [BoundMethod],
    search: CounterexampleSearch = CounterexampleSearch(), budget: Budget = Budget()
  ) async throws -> PropertyVerdict {
    let verdict = try await budget.task { budget in
      try verify(property, by: methods, search: search, budget: budget)
    }
    try Task.checkCancellation()
    return verdict
  }
}
