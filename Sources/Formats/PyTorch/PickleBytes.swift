/// The bytes of pickles, read one behind the other.
struct PickleBytes {
  /// What is wrong with a pickle.
  struct Failure: Error {
    let problem: String
    let position: Int
  }

  private let bytes: UnsafeRawBufferPointer
  /// Where the next byte is.
  private(set) var position: Int

  init(_ bytes: UnsafeRawBufferPointer, at position: Int) {
    (self.bytes, self.position) = (bytes, position)
  }

  func failure(_ problem: String) -> Failure { Failure(problem: problem, position: position) }

  /// All that follow throw ``Failure`` where there are too few bytes.
  mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
    guard count >= 0, count <= bytes.count - position else { throw failure("it ends too early") }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
  }

  mutating func byte() throws -> UInt8 { try take(1)[0] }

  /// A little-endian number of so many bytes; of eight, with its sign.
  mutating func number(_ count: Int) throws -> Int {
    let value = try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(Int64(bitPattern: value))
  }

  /// A whole number with its sign; one that is too large is not kept.
  mutating func long(_ count: Int) throws -> PickleValue {
    let digits = try take(count)
    guard count <= 8 else { return .other("a large number") }
    let value = digits.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let unused = UInt64(64 - 8 * count)
    return .integer(count == 0 ? 0 : Int(Int64(bitPattern: value << unused) >> Int64(unused)))
  }

  mutating func string(_ count: Int) throws -> String {
    String(decoding: try take(count), as: UTF8.self)
  }

  /// What stands before the next end of a line.
  mutating func line() throws -> String {
    guard let end = bytes[position...].firstIndex(of: 0x0a), end - position <= 1000 else {
      throw failure("a name has no end")
    }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }
}
