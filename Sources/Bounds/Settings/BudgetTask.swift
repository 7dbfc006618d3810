import Dispatch
import Synchronization
import Tensors

extension Budget {
  /// Does work on a thread outside of Swift's cooperative pool, whose few threads must not be held
  /// for minutes. Cancelling the task that waits spends the budget that the work gets.
  ///
  /// The work runs with the threads that ``Tensors/Threads/use(_:)`` has set.
  ///
  /// - Throws: What the work throws. Whether a task that was cancelled ends with `CancellationError` is
  ///   for the caller to say, who may want to keep what was done until then.
  package func task<Result: Sendable>(
    _ work: @escaping @Sendable (Budget) throws -> Result
  ) async throws -> Result {
    let cancellation = Cancellation()
    let budget = stopped(by: cancellation)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        Self.queue.async {
          Threads.adopt()
          continuation.resume(with: Swift.Result { try work(budget) })
        }
      }
    } onCancel: {
      cancellation.cancel()
    }
  }

  /// The elements that work yields while it goes on, on a thread of its own as in ``task(_:)``. The
  /// sequence ends with the work and throws what the work throws. Where the reader leaves early or is
  /// cancelled, the budget that the work gets is spent.
  package func sequence<Element: Sendable>(
    _ work: @escaping @Sendable (Budget, (Element) -> Void) throws -> Void
  ) -> AsyncThrowingStream<Element, any Error> {
    AsyncThrowingStream { continuation in
      let cancellation = Cancellation()
      let budget = stopped(by: cancellation)
      continuation.onTermination = { _ in cancellation.cancel() }
      Self.queue.async {
        Threads.adopt()
        do {
          try work(budget) { continuation.yield($0) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
    }
  }

  private static let queue = DispatchQueue(label: "crownwork", attributes: .concurrent)

  private func stopped(by cancellation: Cancellation) -> Budget {
    var budget = self
    budget.isStopped = { [isStopped] in cancellation.isCancelled || isStopped() }
    return budget
  }
}

/// Whether a task was cancelled, for the thread that works for it.
private final class Cancellation: Sendable {
  private let flag = Atomic(false)

  var isCancelled: Bool { flag.load(ordering: .relaxed) }

  func cancel() { flag.store(true, ordering: .relaxed) }
}
