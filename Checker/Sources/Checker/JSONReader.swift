/// A value of JSON, as far as certificates have them.
enum JSON: Equatable {
  case null
  case integer(Int)
  case text(String)
  case list([JSON])
  case object([String: JSON])
}

/// Reads the JSON of certificates: integers only, no spaces, keys in ascending order and so none
/// twice, and lists at most eight deep.
struct JSONReader {
  private var rest: ArraySlice<UInt8>

  /// Reads bytes that hold one value and nothing else.
  static func value(of bytes: ArraySlice<UInt8>) throws(CheckError) -> JSON {
    var reader = JSONReader(rest: bytes)
    let value = try reader.value(depth: 0)
    guard reader.rest.isEmpty else { throw reader.problem("more than one value") }
    return value
  }

  private func problem(_ text: String) -> CheckError {
    CheckError("byte \(rest.startIndex) is not JSON as certificates have it: \(text)")
  }

  /// Removes the next byte if it is the given one, and says whether it was.
  private mutating func skip(_ byte: Character) -> Bool {
    guard rest.first == byte.asciiValue else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func expect(_ text: String) throws(CheckError) {
    for byte in text where !skip(byte) { throw problem("\(text) is missing") }
  }

  private mutating func value(depth: Int) throws(CheckError) -> JSON {
    guard depth < 8 else { throw problem("nested too deep") }
    switch rest.first.map({ Character(Unicode.Scalar($0)) }) {
    case "n":
      try expect("null")
      return .null
    case "\"": return .text(try text())
    case "[": return .list(try list(depth))
    case "{": return .object(try object(depth))
    default: return .integer(try integer())
    }
  }

  private mutating func list(_ depth: Int) throws(CheckError) -> [JSON] {
    try expect("[")
    guard !skip("]") else { return [] }
    var elements: [JSON] = []
    repeat { elements.append(try value(depth: depth + 1)) } while skip(",")
    try expect("]")
    return elements
  }

  private mutating func object(_ depth: Int) throws(CheckError) -> [String: JSON] {
    try expect("{")
    var members: [String: JSON] = [:]
    var last: String?
    guard !skip("}") else { return members }
    repeat {
      let key = try text()
      if let last, key <= last {
        throw problem("the key \"\(key)\" comes twice, or after \"\(last)\"")
      }
      last = key
      try expect(":")
      members[key] = try value(depth: depth + 1)
    } while skip(",")
    try expect("}")
    return members
  }

  private mutating func integer() throws(CheckError) -> Int {
    let isNegative = skip("-")
    let digits = rest.prefix { 48...57 ~= $0 }
    // Eighteen digits fit an Int.
    guard 1...18 ~= digits.count else { throw problem("neither a value nor a short integer") }
    guard digits.first != 48 || (digits.count == 1 && !isNegative) else {
      throw problem("a needless zero")
    }
    rest = rest.dropFirst(digits.count)
    let magnitude = digits.reduce(0) { 10 * $0 + Int($1 - 48) }
    return isNegative ? -magnitude : magnitude
  }

  private mutating func text() throws(CheckError) -> String {
    try expect("\"")
    var units: [UInt8] = []
    while let byte = rest.popFirst(), byte >= 32 {
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else {
          throw problem("text that is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): units += Array(String(try escaped()).utf8)
      default: units.append(byte)
      }
    }
    throw problem("text without an end")
  }

  /// Reads what follows a backslash.
  private mutating func escaped() throws(CheckError) -> Unicode.Scalar {
    let plain: [Character: Unicode.Scalar] = [
      "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{c}", "n": "\n", "r": "\r",
      "t": "\t",
    ]
    let letter = rest.popFirst().map { Character(Unicode.Scalar($0)) } ?? " "
    if let scalar = plain[letter] { return scalar }
    guard letter == "u" else { throw problem("an unknown escape") }
    var code = try hexadecimal()
    if 0xd800..<0xdc00 ~= code {
      try expect("\\u")
      let low = try hexadecimal()
      guard 0xdc00..<0xe000 ~= low else { throw problem("half a character") }
      code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw problem("half a character") }
    return scalar
  }

  private mutating func hexadecimal() throws(CheckError) -> UInt32 {
    let digits = rest.prefix(4).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 4 else { throw problem("an escape without four digits") }
    rest = rest.dropFirst(4)
    return digits.reduce(0) { 16 * $0 + UInt32($1) }
  }
}
