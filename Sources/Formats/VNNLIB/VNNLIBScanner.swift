/// A scanner of the parentheses and words of a VNN-LIB file, one after the other.
///
/// A word is anything between white space, parentheses and semicolons. Comments, from a semicolon
/// to the end of the line, are skipped. The scanner knows nothing of the grammar; ``VNNLIBParser``
/// asks it for tokens and lets it make the errors, since it knows the line.
struct VNNLIBScanner {
  /// A parenthesis or a word.
  enum Token: Equatable {
    case open
    case close
    case word(String)

    /// The token as it is shown in errors, in quotes and shortened.
    var text: String {
      switch self {
      case .open: "\"(\""
      case .close: "\")\""
      case .word(let word): "\"\(FormatError.shortened(word, to: 40))\""
      }
    }
  }

  /// The name used in errors.
  let file: String
  /// The line, from 1, of the token read last.
  private(set) var line = 1
  private let bytes: [UInt8]
  private var position = 0

  /// Begins to scan a text.
  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// Returns an error at a line, by default that of the token read last.
  func failure(_ problem: String, line: Int? = nil, remedy: String? = nil) -> FormatError {
    .badData(problem, file: file, at: .line(line ?? self.line), remedy: remedy)
  }

  /// Returns the next token; nil at the end of the file.
  mutating func next() -> Token? {
    skipSpace()
    guard position < bytes.count else { return nil }
    switch bytes[position] {
    case UInt8(ascii: "("):
      position += 1
      return .open
    case UInt8(ascii: ")"):
      position += 1
      return .close
    default:
      let start = position
      while position < bytes.count, !Self.endsWord(bytes[position]) { position += 1 }
      return .word(String(decoding: bytes[start..<position], as: UTF8.self))
    }
  }

  /// Returns the next token where the file may not end.
  ///
  /// - Throws: ``FormatError`` of kind `badData` if it does.
  mutating func token() throws -> Token {
    guard let token = next() else {
      throw failure("the file ends inside a parenthesis", remedy: "it may be cut off")
    }
    return token
  }

  /// Returns the next token, which has to be a word.
  ///
  /// - Parameter what: What the word is, for the error.
  /// - Throws: ``FormatError`` of kind `badData` for a parenthesis and at the end of the file.
  mutating func word(_ what: String) throws -> String {
    let token = try token()
    guard case .word(let word) = token else {
      throw failure("\(what) should be here, not \(token.text)")
    }
    return word
  }

  /// Takes the next token, which has to be a given one.
  ///
  /// - Parameter what: What the token belongs to, for the error.
  /// - Throws: ``FormatError`` of kind `badData` for another token and at the end of the file.
  mutating func expect(_ expected: Token, _ what: String) throws {
    let found = try token()
    guard found == expected else {
      throw failure("\(what): \(expected.text) should be here, not \(found.text)")
    }
  }

  /// Goes on to the next token, over white space and comments, and counts the lines.
  private mutating func skipSpace() {
    var isComment = false
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\n") {
        line += 1
        isComment = false
      } else if byte == UInt8(ascii: ";") {
        isComment = true
      } else if !isComment, !Self.isSpace(byte) {
        return
      }
      position += 1
    }
  }

  /// Whether a byte is a space, a tab or a line end.
  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d ~= byte) }

  /// Whether a byte cannot be a part of a word.
  private static func endsWord(_ byte: UInt8) -> Bool {
    isSpace(byte) || "();".utf8.contains(byte)
  }
}
