import Crownwork
import Foundation

/// The reason for which the tool ends without having done what it was asked: one line of text and
/// an exit code.
///
/// Commands throw a failure for what they find wrong themselves. Errors of the library arrive as
/// they are and become failures at the outermost level, in ``Entry/leave(_:)``, so that each kind
/// of error has one exit code whichever command meets it. The library's errors name settings and
/// parameters; the failure names the options of the command line instead (see ``OptionWords``).
///
/// A failure is printed as `crownwork: TEXT` on the standard error and leaves the standard output
/// alone.
struct Failure: Error {
  /// The exit codes of failures, with the numbers of `sysexits.h`.
  ///
  /// A process that a signal has asked to end leaves with 128 plus the signal's number, and one
  /// that succeeds with 0; neither is a failure.
  enum Code: Int32 {
    /// The command line asks for something impossible: an unknown command or option, a value out of
    /// range, options that exclude each other, a folder that holds something else.
    case usage = 64
    /// An input was read and is not what it should be: a damaged file, a setting in a recipe file
    /// that makes no sense, a network that does not fit its data or has a layer without a bound
    /// rule; or a training has diverged.
    case badData = 65
    /// An input does not exist or may not be read, such as a model, a data set or a run to resume.
    case missingInput = 66
    /// The program contradicts itself: the soundness alarm (see ``Alarm``), or an error of the
    /// system libraries that no code expected.
    case internalError = 70
    /// An output cannot be written, or another process is writing it.
    case cannotWrite = 73
  }

  let code: Code
  /// The message: what is wrong, where, and how to mend it.
  let text: String

  /// Makes a failure that a command has found itself.
  ///
  /// - Parameters:
  ///   - code: The exit code.
  ///   - text: The message without the prefix "crownwork: ".
  init(_ code: Code, _ text: String) {
    self.code = code
    self.text = text
  }

  /// Makes the failure that an error means.
  ///
  /// A `RecipeError` is a matter of usage where an option is to blame and of bad data where a
  /// file is.
  ///
  /// - Returns: nil for an error of a type that the library does not throw, which is one of the
  ///   argument parser's.
  init?(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as FormatError:
      let code: Code =
        switch error.kind {
        case .missingInput: .missingInput
        case .badData: .badData
        case .cannotWrite: .cannotWrite
        }
      self.init(code, OptionWords.put(into: "\(error)"))
    case let error as RecipeError:
      let isOption = if case .option = error.place { true } else { false }
      self.init(isOption ? .usage : .badData, OptionWords.put(into: "\(error)"))
    case let error as RunError: self.init(error)
    case is PerturbationError, is InvalidValue: self.init(.usage, "\(error)")
    case is NetworkError, is TrainingError: self.init(.badData, "\(error)")
    case is BoundsError: self.init(.badData, "\(error)")
    case is CocoaError, is POSIXError, is DecodingError, is EncodingError:
      self.init(.internalError, "internal error: \(error)")
    default: return nil
    }
  }

  /// Says what is wrong with a run's folder, and which option helps.
  ///
  /// The library's ``RunError`` states the problem only. The advice is added here because it is
  /// about commands and options.
  private init(_ error: RunError) {
    switch error {
    case .exists:
      self.init(
        .usage, "\(error); continue it with --resume, or name another folder with --output")
    case .inUse:
      self.init(
        .cannotWrite, "\(error); wait until it has ended, or name another folder with --output")
    case .otherRecipe:
      self.init(
        .usage,
        "\(error); a run goes on with its own settings, of which only --epochs (and --data) can "
          + "change: leave the others out, or name another folder with --output")
    case .nothingToResume:
      self.init(.missingInput, "\(error); leave out --resume to start one")
    case .noModel(let path, let failure):
      let advice =
        failure == nil
        ? "train on with crownwork train --resume --output \(path)"
        : "start anew with other settings in another folder"
      self.init(.missingInput, "\(error); \(advice)")
    }
  }

  /// Prints the failure and ends the process with its exit code.
  ///
  /// Line breaks inside the text become spaces: a failure is one line, whatever it quotes.
  func leave() -> Never {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    Console.standard.clearLiveLine()
    Console.error("crownwork: \(line)")
    exit(code.rawValue)
  }
}
