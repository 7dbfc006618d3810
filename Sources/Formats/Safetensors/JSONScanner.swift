/// The pieces of JSON that headers are made of, read one after the other without recursion.
struct JSONScanner {
  private let bytes: [UInt8]
  private let file: String
  /// The offset of the first byte in the file, for errors.
  private let base: Int
  private var position = 0

  init(_ bytes: [UInt8], file: String, base: Int) {
    self.bytes = bytes
    self.file = file
    self.base = base
  }

  func failure(_ problem: String) -> FormatError {
    .badData(problem, file: file, at: .byte(base + position))
  }

  /// An object; `member` is called after each key and must read the value.
  ///
  /// This and all that follow throw ``FormatError``.
  mutating func object(_ member: (inout JSONScanner, String) throws -> Void) throws {
    try list(from: "{", to: "}") { scanner in
      let key = try scanner.string()
      try scanner.expect(":")
      try member(&scanner, key)
    }
  }

  /// An array of integers that are not negative.
  mutating func integers() throws -> [Int] {
    var result: [Int] = []
    try list(from: "[", to: "]") { result.append(try $0.integer()) }
    return result
  }

  /// A string.
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

  /// The end, with nothing but white space before it.
  mutating func end() throws {
    skipSpace()
    if position < bytes.count { throw failure("the header goes on behind its end") }
  }

  private mutating func list(
    from open: Unicode.Scalar, to close: Unicode.Scalar, _ item: (inout JSONScanner) throws -> Void
  ) throws {
    try expect(open)
    if skip(close) { return }
    repeat { try item(&self) } while skip(",")
    try expect(close)
  }

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

  /// The scalar of a `\u` escape, of two such for a surrogate pair.
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

  private mutating func hexadecimal() throws -> UInt32 {
    let digits = bytes[position...].prefix(4)
    let text = String(decoding: digits, as: UTF8.self)
    guard text.utf8.count == 4, text.allSatisfy(\.isHexDigit), let value = UInt32(text, radix: 16)
    else { throw failure("a \\u escape without its four digits in the header") }
    position += 4
    return value
  }

  private func isSpecial(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20
  }

  private func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
  }

  private mutating func next() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws {
    guard skip(scalar) else {
      throw failure("the header is not the JSON expected (no \"\(scalar)\" here)")
    }
  }

  private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count, isSpace(bytes[position]) { position += 1 }
  }
}
