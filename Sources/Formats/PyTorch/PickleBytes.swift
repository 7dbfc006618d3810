/// The bytes of pickles, read one behind the other.
///
/// Every method that reads throws ``Failure`` where there are too few bytes, or they lie beyond a
/// limit, and allocates nothing before it knows that there are enough. Numbers in pickles are
/// little-endian.
struct PickleBytes {
  /// What is wrong with a pickle.
  struct Failure: Error {
    /// The problem as the end of a sentence about the pickle.
    let problem: String
    /// The offset of the byte that would have been read next.
    let position: Int
  }

  /// All bytes; they must outlive the value.
  private let bytes: UnsafeRawBufferPointer
  /// Where the next byte is.
  private(set) var position: Int
  /// The most bytes that are read, from the place where the reading began.
  private let limit: Int
  /// Where the reading has to end: at the limit, or where there are no more bytes.
  private let end: Int

  /// Begins to read at an offset.
  ///
  /// - Parameter limit: The most bytes that are read.
  init(_ bytes: UnsafeRawBufferPointer, at position: Int, limit: Int) {
    (self.bytes, self.position, self.limit) = (bytes, position, limit)
    end = position + min(limit, bytes.count - position)
  }

  /// Returns a failure at the place where the reading is.
  func failure(_ problem: String) -> Failure { Failure(problem: problem, position: position) }

  /// Takes some bytes.
  ///
  /// - Throws: ``Failure`` where there are fewer, they lie beyond the limit, or the number is
  ///   negative.
  mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
    guard count >= 0, count <= end - position else {
      let isLong = count >= 0 && count <= bytes.count - position
      throw failure(
        isLong ? "it is longer than the \(limit) bytes that are read" : "it ends too early")
    }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
  }

  /// Takes one byte.
  mutating func byte() throws -> UInt8 { try take(1)[0] }

  /// Takes a little-endian number.
  ///
  /// - Parameter count: The number of bytes, 1 to 8. The number has a sign only if there are eight.
  mutating func number(_ count: Int) throws -> Int {
    let value = try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(Int64(bitPattern: value))
  }

  /// Takes a whole number in two's complement, as Python's `int` is pickled.
  ///
  /// - Parameter count: The number of bytes, of which 0 stand for the number 0.
  /// - Returns: An integer, or ``PickleValue/other(_:)`` for one of more than 8 bytes, which no
  ///   state dict needs.
  mutating func long(_ count: Int) throws -> PickleValue {
    let digits = try take(count)
    guard count <= 8 else { return .other("a large number") }
    let value = digits.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let unused = UInt64(64 - 8 * count)
    return .integer(count == 0 ? 0 : Int(Int64(bitPattern: value << unused) >> Int64(unused)))
  }

  /// Takes a text; bytes that are no UTF-8 are replaced.
  mutating func string(_ count: Int) throws -> String {
    String(decoding: try take(count), as: UTF8.self)
  }

  /// Takes the text before the next line feed, and the line feed.
  ///
  /// - Throws: ``Failure`` where there is no line feed within 1000 bytes.
  mutating func line() throws -> String {
    guard let end = bytes[position..<min(self.end, position + 1001)].firstIndex(of: 0x0a) else {
      throw failure("a name has no end")
    }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }
}
