import ArgumentParser
import Crownwork

/// The option that limits the memory of a computation of bounds, in `evaluate` and, within
/// ``BudgetOptions``, in `certify`.
struct MemoryOption: ParsableArguments {
  /// `--memory`: a whole number of bytes, or of K, M or G, which are powers of 1,024. The network
  /// itself and its data come on top of it. Less memory means smaller groups of examples, and more
  /// time.
  @Option(help: "Memory for bounds on all threads together, such as 512M or 2G.")
  var memory = "512M"

  /// Returns the budget for the command's bounds, and starts to catch signals: from here on Ctrl-C
  /// and its kin spend the budget in place of ending the process.
  ///
  /// - Parameter deadline: The time at which the budget is spent; nil for none.
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for a text that is no size between 1 byte
  ///   and 1,024 G.
  func budget(until deadline: ContinuousClock.Instant? = nil) throws -> Budget {
    let bytes = try bytes()
    Interruption.catchSignals()
    return Budget(
      memory: bytes, deadline: deadline, isStopped: { Interruption.signalNumber != nil })
  }

  /// Reads the option's text as a number of bytes.
  private func bytes() throws -> Int {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let unit = memory.last.flatMap { units[$0] }
    guard let number = Int(unit == nil ? memory : String(memory.dropLast())), number > 0,
      number <= 1 << 40 / (unit ?? 1)
    else { throw Failure(.usage, "--memory: must be a size such as 512M, not \"\(memory)\"") }
    return number * (unit ?? 1)
  }
}

/// The options that limit the memory and the time of `certify`.
struct BudgetOptions: ParsableArguments {
  @OptionGroup var memory: MemoryOption
  /// `--timeout`: the seconds after which no more bounds are computed. What is known by then is
  /// reported, and the exit code is 0; examples without a verdict are left out and counted in a
  /// message.
  @Option(help: "Stop after this many seconds, with what is known by then. Default: never.")
  var timeout: Double?

  /// Returns the budget, whose time runs from this call on. `certify` calls this first, so that
  /// reading the model and fetching its data count as well.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for a time that is not above 0 or is 10⁹
  ///   seconds or more, and for a bad size of memory.
  func budget() throws -> Budget {
    if let timeout, !(timeout > 0 && timeout < 1e9) {
      throw Failure(.usage, "--timeout: must be a number of seconds above 0, not \(timeout)")
    }
    return try memory.budget(until: timeout.map { .now + .seconds($0) })
  }
}
