import Bounds
import Synchronization

extension Budget {
  /// A budget that is spent when it is asked for the `count`-th time.
  package static func spentWhenAsked(_ count: Int) -> Budget {
    let questions = Questions()
    return Budget(isStopped: { questions.next() >= count })
  }
}

private final class Questions: Sendable {
  private let asked = Atomic(0)

  func next() -> Int { asked.add(1, ordering: .relaxed).newValue }
}
