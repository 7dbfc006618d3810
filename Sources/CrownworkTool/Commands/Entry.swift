import ArgumentParser
import Crownwork
import Foundation

@main struct Entry {
  static func main() {
    ThreadWaiting.shortenSpin()
    do {
      try Invocation(CommandLine.arguments).check()
      var command = try RootCommand.parseAsRoot()
      try command.run()
      finish()
    } catch {
      leave(error)
    }
  }

  /// Ends the process in success, if all that was printed could be written.
  private static func finish() -> Never {
    guard !Console.hasLostOutput else {
      Failure(.cannotWrite, "standard output: cannot be written; what was printed is not complete")
        .leave()
    }
    exit(0)
  }

  /// Ends the process as an error asks: one line on the standard error and an exit code, or the
  /// help that was asked for.
  static func leave(_ error: any Error) -> Never {
    if let code = error as? ExitCode { exit(code.rawValue) }
    if let failure = Failure(error) { failure.leave() }
    let code = RootCommand.exitCode(for: error)
    guard code != .success else {
      Console.standard.line(RootCommand.fullMessage(for: error))
      finish()
    }
    let help = Invocation(CommandLine.arguments).help
    Failure(.usage, "\(RootCommand.message(for: error)); see \(help)").leave()
  }
}

struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crownwork",
    abstract: "Train neural networks whose robustness can be proved, and prove it.",
    discussion: """
      EXAMPLES
        crownwork train                         digits, seconds, nothing to set
        crownwork train Recipes/mnist-small.yaml --model dm-small
        crownwork evaluate runs/digits-cnn-2layer
        crownwork certify runs/digits-cnn-2layer --epsilon 0.05 --by ibp,crown

      Bounds hold in real arithmetic; the rounding of Float32 is not yet accounted for.
      """,
    version: "0.1.0",
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, CertifyCommand.self, AttackCommand.self,
      SweepCommand.self, InfoCommand.self, ConvertCommand.self, DataCommand.self,
      BenchCommand.self,
    ])
}
