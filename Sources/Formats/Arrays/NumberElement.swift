/// What an element of an array is.
package struct NumberElement: Equatable, Sendable {
  package enum Kind: Character, Sendable {
    case signed = "i"
    case unsigned = "u"
    case float = "f"
    case boolean = "b"
  }

  package let kind: Kind
  /// In bytes.
  package let size: Int
  package let isBigEndian: Bool

  package static let byte = NumberElement(kind: .unsigned, size: 1, isBigEndian: false)

  private init(kind: Kind, size: Int, isBigEndian: Bool) {
    (self.kind, self.size, self.isBigEndian) = (kind, size, isBigEndian)
  }

  /// Reads NumPy's name of a type, such as "<f4" or "|u1"; nil for one that cannot be read.
  package init?(_ descriptor: String) {
    let letters = Array(descriptor)
    guard letters.count == 3, "<>|=".contains(letters[0]), let kind = Kind(rawValue: letters[1]),
      let size = letters[2].wholeNumberValue, [1, 2, 4, 8].contains(size),
      kind != .float || size >= 2, kind != .boolean || size == 1
    else { return nil }
    self.init(kind: kind, size: size, isBigEndian: letters[0] == ">")
  }

  /// The type that a code of the IDX format stands for; nil for one that it does not have.
  package init?(idx code: UInt8) {
    let types: [UInt8: (Kind, Int)] = [
      0x08: (.unsigned, 1), 0x09: (.signed, 1), 0x0b: (.signed, 2), 0x0c: (.signed, 4),
      0x0d: (.float, 4), 0x0e: (.float, 8),
    ]
    guard let (kind, size) = types[code] else { return nil }
    self.init(kind: kind, size: size, isBigEndian: size > 1)
  }

  /// NumPy's long name, such as "float32".
  package var name: String {
    switch kind {
    case .signed: "int\(8 * size)"
    case .unsigned: "uint\(8 * size)"
    case .float: "float\(8 * size)"
    case .boolean: "bool"
    }
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

  /// The number that bits stand for, an integer of more than 53 bits rounded to nearest.
  package func number(_ bits: UInt64) -> Double {
    switch (kind, size) {
    case (.float, 2): Double(SafetensorsElement.float(half: UInt16(truncatingIfNeeded: bits)))
    case (.float, 4): Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case (.float, _): Double(bitPattern: bits)
    case (.signed, _): Double(Int64(bitPattern: bits))
    case (.unsigned, _), (.boolean, _): Double(bits)
    }
  }
}
