import ArgumentParser
import Crownwork
import Foundation

/// The program's start and its end.
///
/// A run of the tool ends in one of these ways, and always through this type:
///
/// - 0: the command has done what it was asked, and all of its output was written;
/// - 64, 65, 66, 70 or 73: a ``Failure``, in one line on the standard error;
/// - 128 plus a signal's number: a signal asked for the end, and the command left its work in order
///   (see ``Interruption``).
///
/// Signals that no command catches, and SIGPIPE, end the process outside of it.
@main struct Entry {
  /// Runs the command that the command line names.
  ///
  /// First the process is started anew with a short spin of its threads (``ThreadWaiting``). Then
  /// the command's name is checked, so that a mistyped one gets a suggestion; the argument parser
  /// would take it for an unexpected argument of the root command. Then the arguments are parsed
  /// and the command runs.
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

  /// Ends the process with 0, or with 73 if some of its output could not be written: a program that
  /// reads a truncated output must not take it for the whole.
  private static func finish() -> Never {
    guard !Console.hasLostOutput else {
      Failure(.cannotWrite, "standard output: cannot be written; what was printed is not complete")
        .leave()
    }
    exit(0)
  }

  /// Ends the process as an error asks.
  ///
  /// - Parameter error: `ExitCode`, which a command throws when a signal has ended its work, ends
  ///   the process with that code and no message. An error that ``Failure`` knows is printed as
  ///   one. The rest comes from the argument parser: a request for help, for the version or for a
  ///   completion script is printed and ends in success; a bad command line ends with
  ///   ``Failure/Code/usage`` and names the help to read.
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

/// The command `crownwork` itself, which does nothing but lead to its subcommands.
struct RootCommand: ParsableCommand {
  /// The name, the help, the version and the subcommands in the order in which the help lists them.
  static let configuration = CommandConfiguration(
    commandName: "crownwork",
    abstract: "Train neural networks whose robustness can be proved, and prove it.",
    discussion: """
      EXAMPLES
        crownwork train                         digits, seconds, nothing to set
        crownwork train Recipes/mnist-small.yaml --model dm-small
        crownwork evaluate runs/digits-cnn-2layer
        crownwork certify runs/digits-cnn-2layer --epsilon 0.05 --by ibp,crown

      What is certified holds for the network as any runtime computes it in Float32.
      """,
    version: Version.current,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, CertifyCommand.self, CheckCommand.self,
      AttackCommand.self, SweepCommand.self, InfoCommand.self, ConvertCommand.self,
      DataCommand.self, BenchCommand.self,
    ])
}
