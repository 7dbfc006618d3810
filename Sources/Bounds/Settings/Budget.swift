/// A budget limits the memory and the time that a computation of bounds takes.
public struct Budget: Sendable {
  /// Bytes that bounds may take on all threads together, beside the network itself. Work is cut to
  /// stay below it, down to one row of one example.
  public var memory: Int
  /// When to stop refining: what has been found until then is kept.
  public var deadline: ContinuousClock.Instant?
  /// Asked now and then, on any thread, whether to stop.
  public var isStopped: @Sendable () -> Bool

  /// Half a gigabyte.
  public static let defaultMemory = 1 << 29

  public init(
    memory: Int = defaultMemory, deadline: ContinuousClock.Instant? = nil,
    isStopped: @escaping @Sendable () -> Bool = { false }
  ) {
    self.memory = memory
    self.deadline = deadline
    self.isStopped = isStopped
  }

  /// Whether the time is over, or someone asked to stop.
  package var isSpent: Bool {
    isStopped() || deadline.map { ContinuousClock.now >= $0 } ?? false
  }

  /// Divides the memory among `count` computations side by side.
  package func shared(by count: Int) -> Budget {
    var share = self
    share.memory /= max(count, 1)
    return share
  }
}
