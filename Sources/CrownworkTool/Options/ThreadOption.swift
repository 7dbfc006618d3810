import ArgumentParser
import Crownwork
import Foundation

/// How many threads a command runs on.
struct ThreadOption: ParsableArguments {
  @Option(help: "Threads to run on. Default: all.") var threads: Int?

  /// Throws ``Failure`` for fewer than one; warns of more than there are cores.
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
