/// A scanner of the pieces of JSON that headers are made of: objects, strings and arrays of
/// integers.
///
/// It reads one piece after the other from bytes, without recursion of its own: the caller says
/// what comes next, so that only nesting which the caller expects is entered. White space between
/// pieces is skipped. Every method that throws throws ``FormatError`` of kind `badData` with the
/// offset in the file.
struct JSONScanner {
  private let bytes: [UInt8]
  private let file: String
  /// The offset of the first byte in the file, for errors.
  private let base: Int
  /// The index of the next byte that is read.
  private var position = 0

  /// Prepares the scanning of some bytes.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - file: The name used in errors.
  ///   - base: The offset of the text in the file.
  init(_ bytes: [UInt8], file: String, base: Int) {
    self.bytes = bytes
    self.file = file
    self.base = base
  }

  /// Returns an error at the place where the scanner is.
  func failure(_ problem: String) -> FormatError {
    .badData(problem, file: file, at: .byte(base + position))
  }

  /// Reads an object.
  ///
  /// - Parameter member: Called behind the colon of each key, with the scanner and the key; it must
  ///   read the value.
  /// - Throws: What `member` throws, and ``FormatError`` where there is no object.
  mutating func object(_ member: (inout JSONScanner, String) throws -> Void) throws {
    try list(from: "{", to: "}") { scanner in
      let key = try scanner.string()
      try scanner.expect(":")
      try member(&scanner, key)
    }
  }

  /// Reads an array of integers that are not negative.
  mutating func integers() throws -> [Int] {
    var result: [Int] = []
    try list(from: "[", to: "]") { result.append(try $0.integer()) }
    return result
  }

  /// Reads a string and decodes its escapes.
  ///
  /// Unlike lenient decoders it refuses invalid UTF-8, control characters and halves of surrogate
  /// pairs, so that no name is silently read as another one.
  mutating func string() throws -> String {
    try expect("\"")
    var text: [UInt8] = []
    while true {
      let start = position
      while position < bytes.count, !isSpecial(bytes[position]) { position += 1 }
      text += bytes[start..<position]
      switch next() {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw failure("the header is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): try escape(into: &text)
      case nil: throw failure("the header ends inside a string")
      default: throw failure("a control character in a string of the header")
      }
    }
  }

  /// Checks that nothing but white space is left.
  mutating func end() throws {
    skipSpace()
    if position < bytes.count { throw failure("the header goes on behind its end") }
  }

  /// Reads pieces between two brackets, with commas between them.
  ///
  /// - Parameter item: Reads one piece.
  private mutating func list(
    from open: Unicode.Scalar, to close: Unicode.Scalar, _ item: (inout JSONScanner) throws -> Void
  ) throws {
    try expect(open)
    if skip(close) { return }
    repeat { try item(&self) } while skip(",")
    try expect(close)
  }

  /// Reads an integer in its one plain form: no sign, no leading zero, no point and no exponent.
  private mutating func integer() throws -> Int {
    skipSpace()
    let digits = bytes[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let after = digits.endIndex < bytes.count ? bytes[digits.endIndex] : 0
    let isWhole = !".eE".utf8.contains(after)
    let hasLeadingZero = digits.count > 1 && digits.first == UInt8(ascii: "0")
    guard !digits.isEmpty, isWhole, !hasLeadingZero,
      let value = Int(String(decoding: digits, as: UTF8.self))
    else { throw failure("not an integer between 0 and \(Int.max)") }
    position = digits.endIndex
    return value
  }

  /// Reads what follows a backslash and adds the UTF-8 that it stands for.
  private mutating func escape(into text: inout [UInt8]) throws {
    switch next() {
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "u"): text += Array(String(try unicodeEscape()).utf8)
    case let byte? where "\"\\/".utf8.contains(byte): text.append(byte)
    default: throw failure("unknown escape in a string of the header")
    }
  }

  /// Reads what follows `\u`: four digits, or two groups of four for a surrogate pair.
  private mutating func unicodeEscape() throws -> Unicode.Scalar {
    var value = try hexadecimal()
    if (0xd800..<0xdc00).contains(value) {
      guard next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u") else {
        throw failure("half a surrogate pair in a string of the header")
      }
      let low = try hexadecimal()
      guard (0xdc00..<0xe000).contains(low) else {
        throw failure("half a surrogate pair in a string of the header")
      }
      value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw failure("half a surrogate pair in a string of the header")
    }
    return scalar
  }

  /// Reads four hexadecimal digits.
  private mutating func hexadecimal() throws -> UInt32 {
    let digits = bytes[position...].prefix(4)
    let text = String(decoding: digits, as: UTF8.self)
    guard text.utf8.count == 4, text.allSatisfy(\.isHexDigit), let value = UInt32(text, radix: 16)
    else { throw failure("a \\u escape without its four digits in the header") }
    position += 4
    return value
  }

  /// Whether a byte ends the plain part of a string: a quotation mark, a backslash or a control
  /// character.
  private func isSpecial(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20
  }

  /// Whether a byte is white space of JSON.
  private func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
  }

  /// Takes the next byte as it is; nil at the end.
  private mutating func next() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  /// Takes a character, which must come next behind white space.
  private mutating func expect(_ scalar: Unicode.Scalar) throws {
    guard skip(scalar) else {
      throw failure("the header is not the JSON expected (no \"\(scalar)\" here)")
    }
  }

  /// Takes a character if it comes next behind white space, and returns whether it did.
  private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  /// Goes on to the next byte that is no white space.
  private mutating func skipSpace() {
    while position < bytes.count, isSpace(bytes[position]) { position += 1 }
  }
}
