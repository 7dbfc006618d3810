import Crownwork
import Foundation

/// Why the tool ends without having done what it was asked: one line and an exit code.
struct Failure: Error {
  /// The codes of sysexits.h.
  enum Code: Int32 {
    case usage = 64
    case badData = 65
    case missingInput = 66
    case internalError = 70
    case cannotWrite = 73
  }

  let code: Code
  let text: String

  init(_ code: Code, _ text: String) {
    self.code = code
    self.text = text
  }

  /// The failure that an error of the library means; nil for those of argument parsing.
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

  func leave() -> Never {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    Console.standard.clearLiveLine()
    Console.error("crownwork: \(line)")
    exit(code.rawValue)
  }
}
