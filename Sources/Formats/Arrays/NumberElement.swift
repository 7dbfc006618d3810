/// The type of an array's elements: kind, size and byte order.
///
/// NumPy's headers name a type by a text such as `<f4`, and IDX files by a code of one byte. Both
/// initialisers lead to this one description, so that whatever reads the elements need not know the
/// format. Only types of fixed size up to 8 bytes are described: integers with and without a sign,
/// IEEE 754 floats of 2, 4 and 8 bytes, and truth values.
package struct NumberElement: Equatable, Sendable {
  /// The kind of number that an element is; the raw value is NumPy's letter for it.
  package enum Kind: Character, Sendable {
    /// Two's complement, of 1, 2, 4 or 8 bytes.
    case signed = "i"
    /// A whole number that is not negative, of 1, 2, 4 or 8 bytes.
    case unsigned = "u"
    /// IEEE 754 binary16, binary32 or binary64.
    case float = "f"
    /// A byte that stands for false (0) or true (1).
    case boolean = "b"
  }

  /// How the bits of an element are to be read.
  package let kind: Kind
  /// The size of an element in bytes: 1, 2, 4 or 8.
  package let size: Int
  /// Whether the most significant byte comes first. It says nothing for elements of one byte.
  package let isBigEndian: Bool

  /// The type of unsigned bytes, in which most data sets of images are kept.
  ///
  /// Readers compare with it to take a faster way for plain bytes.
  package static let byte = NumberElement(kind: .unsigned, size: 1, isBigEndian: false)

  private init(kind: Kind, size: Int, isBigEndian: Bool) {
    (self.kind, self.size, self.isBigEndian) = (kind, size, isBigEndian)
  }

  /// Reads NumPy's name of a type, such as `<f4` or `|u1`.
  ///
  /// The first letter is the byte order (`<` little, `>` big, `|` none, `=` that of the machine,
  /// which is taken for little-endian), the second the kind, and the digit the size in bytes.
  ///
  /// - Returns: nil for any other text, such as the names of complex numbers, texts, dates, Python
  ///   objects and floats of one byte or of more than eight.
  package init?(_ descriptor: String) {
    let letters = Array(descriptor)
    guard letters.count == 3, "<>|=".contains(letters[0]), let kind = Kind(rawValue: letters[1]),
      let size = letters[2].wholeNumberValue, [1, 2, 4, 8].contains(size),
      kind != .float || size >= 2, kind != .boolean || size == 1
    else { return nil }
    self.init(kind: kind, size: size, isBigEndian: letters[0] == ">")
  }

  /// The type that a code of the IDX format stands for.
  ///
  /// The codes are 0x08 for unsigned and 0x09 for signed bytes, 0x0B and 0x0C for integers of 2 and
  /// 4 bytes, 0x0D and 0x0E for floats of 4 and 8 bytes. All types of more than one byte are
  /// big-endian.
  ///
  /// - Returns: nil for a code that the format does not have, 0x0A among them.
  package init?(idx code: UInt8) {
    let types: [UInt8: (Kind, Int)] = [
      0x08: (.unsigned, 1), 0x09: (.signed, 1), 0x0b: (.signed, 2), 0x0c: (.signed, 4),
      0x0d: (.float, 4), 0x0e: (.float, 8),
    ]
    guard let (kind, size) = types[code] else { return nil }
    self.init(kind: kind, size: size, isBigEndian: size > 1)
  }

  /// NumPy's long name of the type, such as `float32`, as users know it from `array.dtype`.
  package var name: String {
    switch kind {
    case .signed: "int\(8 * size)"
    case .unsigned: "uint\(8 * size)"
    case .float: "float\(8 * size)"
    case .boolean: "bool"
    }
  }

  /// The bits of one element in the low bits of the result, sign-extended where the type is signed.
  ///
  /// Bytes are read one by one, so that neither the alignment nor the byte order of the data
  /// matters.
  ///
  /// - Parameters:
  ///   - bytes: The bytes of the whole array.
  ///   - index: The number of the element.
  /// - Precondition: `bytes` holds more than `index` elements.
  func bits(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt64 {
    var value: UInt64 = 0
    for byte in 0..<size {
      let place = isBigEndian ? byte : size - 1 - byte
      value = value << 8 | UInt64(bytes[index * size + place])
    }
    guard kind == .signed, size < 8 else { return value }
    // Moving the sign to the top and back with an arithmetic shift copies it into all bits above.
    let unused = UInt64(64 - 8 * size)
    return UInt64(bitPattern: Int64(bitPattern: value << unused) >> Int64(unused))
  }

  /// The number that the bits of an element stand for.
  ///
  /// - Parameter bits: The bits as ``NumberArray/map(_:)`` hands them out, sign-extended.
  /// - Returns: The exact value, except that an integer of more than 53 bits is rounded to nearest.
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
