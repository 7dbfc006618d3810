/// Reads the fields of a protobuf message, one after the other.
struct ProtobufReader {
  /// The content of a field.
  enum Content {
    case varint(UInt64)
    case float(UInt32)
    case bytes(ArraySlice<UInt8>)
  }

  /// A field: its number and its content.
  struct Field {
    let number: Int
    let content: Content
    /// The message, for errors.
    let message: String

    var bytes: ArraySlice<UInt8> {
      get throws(CheckError) {
        guard case .bytes(let bytes) = content else { throw ofWrongType }
        return bytes
      }
    }

    var text: String {
      get throws(CheckError) {
        guard let text = String(validating: try bytes, as: UTF8.self) else {
          throw CheckError("\(message) has a text that is not UTF-8")
        }
        return text
      }
    }

    var integer: Int {
      get throws(CheckError) {
        guard case .varint(let value) = content else { throw ofWrongType }
        return Int(truncatingIfNeeded: value)
      }
    }

    /// The bits of a Float32.
    var float: UInt32 {
      get throws(CheckError) {
        guard case .float(let bits) = content else { throw ofWrongType }
        return bits
      }
    }

    /// Integers, packed into one field or one by itself.
    var integers: [Int] {
      get throws(CheckError) {
        guard case .bytes(let bytes) = content else { return [try integer] }
        var reader = ProtobufReader(bytes, message)
        var integers: [Int] = []
        while !reader.rest.isEmpty { integers.append(Int(truncatingIfNeeded: try reader.varint())) }
        return integers
      }
    }

    /// The error for a field that the message should not have.
    var isUnknown: CheckError { CheckError("\(message) has the unknown field \(number)") }

    private var ofWrongType: CheckError {
      CheckError("\(message) has a field \(number) of the wrong type")
    }
  }

  private var rest: ArraySlice<UInt8>
  private let message: String
  private var single: Set<Int> = []

  /// - Parameter message: What the bytes are, for errors.
  init(_ bytes: ArraySlice<UInt8>, _ message: String) {
    (rest, self.message) = (bytes, message)
  }

  /// Returns the next field; nil at the end.
  ///
  /// - Parameter repeated: The fields that may come more than once. Others may not.
  mutating func next(repeated: Set<Int> = []) throws(CheckError) -> Field? {
    guard !rest.isEmpty else { return nil }
    let tag = try varint()
    guard 8..<1 << 32 ~= tag else { throw CheckError("\(message) has a bad tag") }
    let number = Int(tag >> 3)
    guard repeated.contains(number) || single.insert(number).inserted else {
      throw CheckError("\(message) has the field \(number) twice")
    }
    let content: Content
    switch tag & 7 {
    case 0: content = .varint(try varint())
    case 2: content = .bytes(try take(try varint()))
    case 5: content = .float(try take(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
    default: throw CheckError("\(message) has a field of an unknown wire type")
    }
    return Field(number: number, content: content, message: message)
  }

  private mutating func varint() throws(CheckError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard let byte = rest.popFirst() else { throw CheckError("\(message) is cut off") }
      guard shift < 63 || byte < 2 else { break }
      value |= UInt64(byte & 127) << UInt64(shift)
      if byte < 128 { return value }
    }
    throw CheckError("\(message) has a number of more than 64 bits")
  }

  private mutating func take(_ count: UInt64) throws(CheckError) -> ArraySlice<UInt8> {
    guard count <= UInt64(rest.count) else { throw CheckError("\(message) is cut off") }
    defer { rest = rest.dropFirst(Int(count)) }
    return rest.prefix(Int(count))
  }
}
