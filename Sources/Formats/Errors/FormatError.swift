/// A file that cannot be read, is not what it should be, or cannot be written.
///
/// The readers and writers of this module report whatever is wrong with a file in this one type, so
/// that a program needs a single `catch` for it. The data sets and the experiments that are built
/// on top of the module throw it too, for instance for labels out of range and for folders without
/// pictures.
///
/// An error has four parts: the ``file``, the ``location`` inside it where there is one, the
/// ``problem``, and a ``remedy`` where something useful can be said. Its ``description`` joins them
/// into one line that is fit to be printed to a user as it is: names that come from inside a file
/// are shortened and escaped, so that no file can break the line or send control sequences to a
/// terminal.
///
/// Readers check what a file claims before they allocate anything by it. A damaged file therefore
/// ends in this error and not in a trap.
public struct FormatError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong, in three large classes.
  ///
  /// The command-line tool maps a kind onto its exit code, after `sysexits.h`: 66 for a missing
  /// input, 65 for bad data and 73 for an output that cannot be written.
  public enum Kind: Equatable, Sendable {
    /// An input does not exist, may not be read, or is a directory where a file is needed.
    case missingInput
    /// An input was read, but it is damaged, is of another format, or goes beyond a limit of the
    /// reader.
    case badData
    /// An output could not be written. Where `AtomicFile` writes a regular file, what was there
    /// before is still there.
    case cannotWrite
  }

  /// The place inside a file that an error speaks of.
  ///
  /// Each reader uses the places that a user can find in its format: binary formats give byte
  /// offsets, text formats give lines, and formats with named parts give names.
  public enum Location: Equatable, Sendable, CustomStringConvertible {
    /// A byte offset from the start of the file.
    case byte(Int)
    /// A line of a text file, counted from 1.
    case line(Int)
    /// An array of a safetensors or PyTorch file, by its name.
    case tensor(String)
    /// A node of an ONNX graph.
    case node(String)
    /// The label of one example of a data set, counted from 0.
    case label(Int)

    /// The place in words, such as `byte 16` or `tensor "0.weight"`.
    ///
    /// Names come from the file itself and are cut to 100 scalars.
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

  /// The class of the problem, which decides the exit code of the command-line tool.
  public var kind: Kind
  /// What went wrong: a phrase without a full stop, such as
  /// `the header of 3 dimensions is cut short`.
  public var problem: String
  /// The path or address of the file concerned, or what stands for it where there is no file.
  ///
  /// Parts of an archive are written as paths below it, such as `net.pt/archive/data.pkl`. An empty
  /// string leaves the file out of the ``description``.
  public var file: String
  /// The place in the file, where there is one.
  public var location: Location?
  /// What to do about the problem, where something useful can be said.
  ///
  /// Settings and parameters that are named in it stand in backquotes, so that a program can put
  /// its own words for them in their place. The command-line tool puts its options there.
  public var remedy: String?

  /// Creates an error.
  ///
  /// - Parameters:
  ///   - kind: The class of the problem.
  ///   - problem: A phrase without a full stop; text from inside a file should be cut to a sensible
  ///     length before.
  ///   - file: The path that the user knows, or an empty string.
  ///   - location: The place inside the file, where there is one.
  ///   - remedy: Advice without a full stop, where there is some.
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

  /// One line: `FILE: LOCATION: problem; remedy`, without the parts that are missing.
  ///
  /// Control characters, line and paragraph separators and invisible format characters are escaped
  /// in the whole line.
  public var description: String {
    let place = [file.isEmpty ? nil : file, location?.description].compactMap { $0 }
    let line = (place + [problem]).joined(separator: ": ") + (remedy.map { "; \($0)" } ?? "")
    return FormatError.printable(line)
  }

  /// An error of kind ``Kind/badData``, the one that readers throw most.
  package static func badData(
    _ problem: String, file: String, at location: Location? = nil, remedy: String? = nil
  ) -> FormatError {
    FormatError(.badData, problem, file: file, location: location, remedy: remedy)
  }

  /// Text from inside a file, cut to a length that a line can bear.
  ///
  /// - Parameter limit: The most Unicode scalars that are kept; a cut is marked by an ellipsis.
  package static func shortened(_ text: String, to limit: Int = 100) -> String {
    // Scalars, not characters: one character may be made of any number of combining marks.
    text.unicodeScalars.count <= limit
      ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "…"
  }

  /// The text with everything escaped that could break the line or drive a terminal.
  ///
  /// The names of files and tensors come from whoever made the file. Without the escapes a name
  /// with a line feed could forge a second message, and one with an escape sequence could change
  /// the terminal's state.
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
