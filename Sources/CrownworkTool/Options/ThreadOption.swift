import ArgumentParser
import Crownwork
import Foundation

/// The option that decides on how many threads a command runs.
struct ThreadOption: ParsableArguments {
  /// `--threads`: the number of threads of the whole process; nil leaves the default, all of the
  /// machine's.
  @Option(help: "Threads to run on. Default: all.") var threads: Int?

  /// Sets the number of threads for the whole process. Every command with this option calls this
  /// first, before a kernel runs.
  ///
  /// More threads than there are cores are allowed and warned of, since they only slow each other
  /// down.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for a number below 1.
  func apply() throws {
    guard let threads else { return }
    guard threads >= 1 else { throw Failure(.usage, "--threads: must be at least 1") }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    if threads > cores {
      Console.error(
        "crownwork: warning: --threads \(threads): this machine has \(cores) "
          + "\(cores == 1 ? "core" : "cores"); more threads than cores are slower")
    }
    Threads.use(threads)
  }
}
