/// A file that cannot be read, is not what it should be, or cannot be written.
///
/// Its ``description`` is one line, fit to be printed to a user as it is.
public struct FormatError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong in the large; a command-line tool maps it onto its exit code.
  public enum Kind: Equatable, Sendable {
    /// An input does not exist or may not be read.
    case missingInput
    /// An input was read but is not what it should be.
    case badData
    /// An output could not be written; what was there before is still there.
    case cannotWrite
  }

  /// The place inside a file that an error speaks of.
  public enum Location: Equatable, Sendable, CustomStringConvertible {
    /// A byte offset from the start of the file.
    case byte(Int)
    /// A line of a text file, counted from 1.
    case line(Int)
    /// An array of a safetensors file.
    case tensor(String)
    /// A node of an ONNX graph.
    case node(String)
    /// The label of one example, counted from 0.
    case label(Int)

    public var description: String {
      switch self {
      case .byte(let offset): "byte \(offset)"
      case .line(let number): "line \(number)"
      case .tensor(let name): "tensor \"\(FormatError.shortened(name))\""
      case .node(let name): "node \"\(FormatError.shortened(name))\""
      case .label(let index): "label \(index)"
      }
    }
  }

  /// What went wrong in the large.
  public var kind: Kind
  /// What went wrong, a phrase without a full stop.
  public var problem: String
  /// The file or address concerned, or what stands for it where there is no file.
  public var file: String
  /// The place in the file, where there is one.
  public var location: Location?
  /// What to do about it, where something useful can be said. Settings and parameters that are named
  /// in it stand in backquotes, so that a program can put what it calls them in their place.
  public var remedy: String?

  /// Creates an error.
  package init(
    _ kind: Kind, _ problem: String, file: String, location: Location? = nil,
    remedy: String? = nil
  ) {
    self.kind = kind
    self.problem = problem
    self.file = file
    self.location = location
    self.remedy = remedy
  }

  /// One line: `FILE: LOCATION: problem; remedy`.
  public var description: String {
    let place = [file.isEmpty ? nil : file, location?.description].compactMap { $0 }
    let line = (place + [problem]).joined(separator: ": ") + (remedy.map { "; \($0)" } ?? "")
    return FormatError.printable(line)
  }

  package static func badData(
    _ problem: String, file: String, at location: Location? = nil, remedy: String? = nil
  ) -> FormatError {
    FormatError(.badData, problem, file: file, location: location, remedy: remedy)
  }

  /// Text from inside a file, cut to a length that a line can bear.
  package static func shortened(_ text: String, to limit: Int = 100) -> String {
    // Scalars, not characters: one character may be made of any number of combining marks.
    text.unicodeScalars.count <= limit
      ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "…"
  }

  /// The text with everything escaped that could break the line or drive a terminal: names of
  /// files and tensors come from whoever made the file.
  private static func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .format:
        result += scalar.escaped(asASCII: true)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
