/// A budget limits the memory and the time that a computation of bounds takes.
///
/// ```swift
/// let budget = Budget(memory: 1 << 30, deadline: .now.advanced(by: .seconds(60)))
/// let certification = try network.certify(
///   data.test, against: box, by: [.interval, .crown(), .alphaCROWN()], budget: budget
/// ) { verdicts, progress in
///   for verdict in verdicts { print(verdict.index, verdict.status) }
///   print("\(progress.done) of \(progress.total)")
/// }
/// ```
///
/// Neither limit can make a bound wrong. Less memory means fewer rows or examples at once. When the
/// time is over, refinements stop at what has been found, and what remains to be computed is one
/// backward pass. A decision by a method that was stopped half way counts as open.
public struct Budget: Sendable {
  /// Bytes that bounds may take on all threads together, beside the network itself. Work is cut to
  /// stay below it, down to one row of one example, which is computed whatever it takes.
  public var memory: Int
  /// When to stop refining: what has been found until then is kept. Without a deadline there is no
  /// limit.
  public var deadline: ContinuousClock.Instant?
  /// Asked now and then, on any thread, whether to stop, as after Ctrl-C. It is called between
  /// chunks of work and steps of an optimisation, so it should be fast.
  public var isStopped: @Sendable () -> Bool

  /// Half a gibibyte, 2²⁹ bytes.
  public static let defaultMemory = 1 << 29

  /// Makes a budget of ``defaultMemory`` and without a limit of time, but for what is given.
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

  /// An eighth of the memory, for one of several computations side by side; time and stopping are
  /// the same for all.
  ///
  /// The share decides how many rows and examples are bounded together, and with it last bits. So
  /// it does not depend on the number of threads, which only decides how many shares are in use at
  /// once. More than eight are, where they take less than they may.
  package var share: Budget {
    var share = self
    share.memory /= 8
    return share
  }
}
