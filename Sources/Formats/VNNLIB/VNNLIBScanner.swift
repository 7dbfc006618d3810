/// The parentheses and words of a VNN-LIB file, one after the other, comments left out.
struct VNNLIBScanner {
  enum Token: Equatable {
    case open
    case close
    case word(String)

    /// As it is shown in errors.
    var text: String {
      switch self {
      case .open: "\"(\""
      case .close: "\")\""
      case .word(let word): "\"\(FormatError.shortened(word, to: 40))\""
      }
    }
  }

  let file: String
  /// The line, from 1, of the token read last.
  private(set) var line = 1
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  func failure(_ problem: String, line: Int? = nil, remedy: String? = nil) -> FormatError {
    .badData(problem, file: file, at: .line(line ?? self.line), remedy: remedy)
  }

  /// The next token; nil at the end of the file.
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

  /// The next token where the file may not end. Throws ``FormatError`` if it does.
  mutating func token() throws -> Token {
    guard let token = next() else {
      throw failure("the file ends inside a parenthesis", remedy: "it may be cut off")
    }
    return token
  }

  /// The next token, which has to be a word; `what` says which. Throws ``FormatError``.
  mutating func word(_ what: String) throws -> String {
    let token = try token()
    guard case .word(let word) = token else {
      throw failure("\(what) should be here, not \(token.text)")
    }
    return word
  }

  /// The next token, which has to be this one; `what` says whose it is. Throws ``FormatError``.
  mutating func expect(_ expected: Token, _ what: String) throws {
    let found = try token()
    guard found == expected else {
      throw failure("\(what): \(expected.text) should be here, not \(found.text)")
    }
  }

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

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d ~= byte) }

  private static func endsWord(_ byte: UInt8) -> Bool {
    isSpace(byte) || "();".utf8.contains(byte)
  }
}
