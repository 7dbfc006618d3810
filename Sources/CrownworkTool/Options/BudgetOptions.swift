import ArgumentParser
import Crownwork

/// How much memory a computation of bounds may take.
struct MemoryOption: ParsableArguments {
  @Option(help: "Memory for bounds on all threads together, such as 512M or 2G.")
  var memory = "512M"

  /// The budget. Ctrl-C and its kin spend it.
  func budget(until deadline: ContinuousClock.Instant? = nil) throws -> Budget {
    let bytes = try bytes()
    Interruption.catchSignals()
    return Budget(
      memory: bytes, deadline: deadline, isStopped: { Interruption.signalNumber != nil })
  }

  private func bytes() throws -> Int {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let unit = memory.last.flatMap { units[$0] }
    guard let number = Int(unit == nil ? memory : String(memory.dropLast())), number > 0,
      number <= 1 << 40 / (unit ?? 1)
    else { throw Failure(.usage, "--memory: must be a size such as 512M, not \"\(memory)\"") }
    return number * (unit ?? 1)
  }
}

/// How much memory and time a computation of bounds may take.
struct BudgetOptions: ParsableArguments {
  @OptionGroup var memory: MemoryOption
  @Option(help: "Stop after this many seconds, with what is known by then. Default: never.")
  var timeout: Double?

  /// The budget, from now on.
  func budget() throws -> Budget {
    if let timeout, !(timeout > 0 && timeout < 1e9) {
      throw Failure(.usage, "--timeout: must be a number of seconds above 0, not \(timeout)")
    }
    return try memory.budget(until: timeout.map { .now + .seconds($0) })
  }
}
