/// What an element of an array is.
struct NPYElement: Equatable, Sendable {
  enum Kind: Character, Sendable {
    case signed = "i"
    case unsigned = "u"
    case float = "f"
  }

  let kind: Kind
  /// In bytes.
  let size: Int
  let isBigEndian: Bool

  /// Reads NumPy's name of a type, such as "<f4" or "|u1"; nil for one that cannot be read.
  init?(_ descriptor: String) {
    let letters = Array(descriptor)
    guard letters.count == 3, "<>|=".contains(letters[0]), let kind = Kind(rawValue: letters[1]),
      let size = letters[2].wholeNumberValue, [1, 2, 4, 8].contains(size),
      kind != .float || size >= 4
    else { return nil }
    (self.kind, self.size, isBigEndian) = (kind, size, letters[0] == ">")
  }

  /// The bits of an element, sign-extended where it is signed.
  func bits(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt64 {
    var value: UInt64 = 0
    for byte in 0..<size {
      let place = isBigEndian ? byte : size - 1 - byte
      value = value << 8 | UInt64(bytes[index * size + place])
    }
    guard kind == .signed, size < 8 else { return value }
    let unused = UInt64(64 - 8 * size)
    return UInt64(bitPattern: Int64(bitPattern: value << unused) >> Int64(unused))
  }
}
