/// The header of a `.npy` file, a literal of a Python dictionary:
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`.
///
/// Only what `numpy.save` writes is read: the three keys, each once and in any order, a text in
/// single or double quotes without escapes, `True` or `False`, and a tuple of whole numbers.
/// Structured types, whose `descr` is a list, are refused with everything else. ``NPYFile`` makes
/// this value and judges what it says.
struct NPYHeader: Equatable {
  /// NumPy's name of the element type, such as `<f4`; see ``NumberElement/init(_:)``.
  private(set) var descriptor = ""
  /// Whether the elements are in column-major order.
  private(set) var isFortranOrder = false
  /// The lengths of the dimensions, outermost first; empty for a single number.
  private(set) var shape: [Int] = []

  /// Reads the text of a header.
  ///
  /// - Throws: ``FormatError`` of kind `badData` for any text of another form.
  init(_ text: String, file: String) throws {
    var scanner = Scanner(Array(text.utf8))
    guard scanner.take("{") else { throw Self.failure(file) }
    var seen: Set<String> = []
    while !scanner.take("}") {
      guard let key = scanner.text(), seen.insert(key).inserted, scanner.take(":"),
        read(key, &scanner), scanner.take(",") || scanner.next == UInt8(ascii: "}")
      else { throw Self.failure(file) }
    }
    guard seen == ["descr", "fortran_order", "shape"], scanner.next == nil else {
      throw Self.failure(file)
    }
  }

  /// Returns the error for a header of another form, which says the same whatever is wrong: users
  /// save such files with NumPy, and do not write headers by hand.
  private static func failure(_ file: String) -> FormatError {
    .badData(
      "the header does not name descr, fortran_order and shape of one array", file: file,
      at: .byte(10), remedy: "save the array with numpy.save")
  }

  /// Reads the value of a key.
  ///
  /// - Returns: False where the key is none of the three, or the value is not of its kind.
  private mutating func read(_ key: String, _ scanner: inout Scanner) -> Bool {
    switch key {
    case "descr":
      guard let text = scanner.text() else { return false }
      descriptor = text
    case "fortran_order":
      isFortranOrder = scanner.take("True")
      return isFortranOrder || scanner.take("False")
    case "shape":
      guard let lengths = scanner.lengths() else { return false }
      shape = lengths
    default: return false
    }
    return true
  }

  /// A scanner of the literal's words, which skips white space between them.
  private struct Scanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next byte that is no white space; nil at the end.
    var next: UInt8? {
      mutating get {
        while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) {
          position += 1
        }
        return position < bytes.count ? bytes[position] : nil
      }
    }

    /// Takes a word if it comes next.
    ///
    /// - Returns: Whether it did.
    mutating func take(_ word: String) -> Bool {
      guard next != nil, bytes[position...].starts(with: word.utf8) else { return false }
      position += word.utf8.count
      return true
    }

    /// Takes a text in quotes, without escapes; nil where there is none.
    mutating func text() -> String? {
      guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
        let end = bytes[(position + 1)...].firstIndex(of: quote)
      else { return nil }
      defer { position = end + 1 }
      return String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
    }

    /// Takes a tuple of up to 32 whole numbers, the most dimensions that NumPy 1 has; nil where
    /// there is none.
    mutating func lengths() -> [Int]? {
      guard take("(") else { return nil }
      var lengths: [Int] = []
      while !take(")") {
        guard next != nil, lengths.count < 32 else { return nil }
        let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
        guard let length = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        position += digits.count
        lengths.append(length)
        guard take(",") || next == UInt8(ascii: ")") else { return nil }
      }
      return lengths
    }
  }
}
