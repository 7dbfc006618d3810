import Testing

@testable import Checker

/// Readers of JSON and protobuf.
@Suite struct ReaderTests {
  static func json(_ text: String) throws -> JSON {
    try JSONReader.value(of: Array(text.utf8)[...])
  }

  @Test func jsonIsRead() throws {
    #expect(
      try Self.json("{\"a\":[1,-2,0],\"b\":null,\"c\":{\"d\":\"\"}}")
        == .object([
          "a": .list([.integer(1), .integer(-2), .integer(0)]), "b": .null,
          "c": .object(["d": .text("")]),
        ]))
    #expect(try Self.json("\"\\u00e9\\ud83d\\ude00\\n\\/é\"") == .text("é😀\n/é"))
    #expect(try Self.json("[]") == .list([]))
    #expect(try Self.json("{}") == .object([:]))
    #expect(try Self.json("999999999999999999") == .integer(999_999_999_999_999_999))
  }

  @Test(arguments: [
    "", "1 ", " 1", "01", "-0", "-", "1.5", "1e3", "+1", "9999999999999999999", "true", "nul",
    "[1,]", "[1", "[,]", "{\"a\":1,}", "{\"a\":1,\"a\":1}", "{\"b\":1,\"a\":1}", "{\"a\"}", "{1:1}",
    "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud83d\"", "\"\\ud83dx\"", "\"\\ude00\"", "\"\n\"", "1,2",
    "[[[[[[[[[1]]]]]]]]]", "[1 ,2]", "{\"a\": 1}", String(repeating: "[", count: 100_000),
  ])
  func badJSONIsRefused(_ text: String) {
    #expect(throws: CheckError.self) { try Self.json(text) }
  }

  @Test func textThatIsNotUTF8IsRefused() {
    #expect(throws: CheckError.self) { try JSONReader.value(of: [34, 0xff, 34]) }
    #expect(throws: CheckError.self) { try JSONReader.value(of: [34, 0xc3, 34]) }
  }

  @Test func protobufIsRead() throws {
    let bytes =
      Protobuf.integer(1, -1) + Protobuf.text(2, "é") + Protobuf.float(3, 1.5)
      + Protobuf.bytes(4, Protobuf.varint(300) + Protobuf.varint(1))
    var reader = ProtobufReader(bytes[...], "a test")
    #expect(try reader.next()?.integer == -1)
    #expect(try reader.next()?.text == "é")
    #expect(try reader.next()?.float == Float(1.5).bitPattern)
    #expect(try reader.next()?.integers == [300, 1])
    #expect(try reader.next() == nil)
  }

  @Test(arguments: [
    [0], [0x08], [0x08, 0x80], [0x0b], [0x0c], [0x09, 0, 0, 0, 0, 0, 0, 0, 0], [0x12, 5, 1],
    [0x1d, 1, 2, 3], [0x08, 1, 0x08, 1], [0x80], [0x12] + [UInt8](repeating: 0xff, count: 9) + [1],
    [0x08] + [UInt8](repeating: 0xff, count: 9) + [2], [UInt8](repeating: 0x80, count: 12),
  ])
  func badProtobufIsRefused(_ bytes: [UInt8]) {
    #expect(throws: CheckError.self) {
      var reader = ProtobufReader(bytes[...], "a test")
      while let field = try reader.next() { _ = field.number }
    }
  }
}

extension ProtobufReader.Field: Equatable {
  public static func == (left: Self, right: Self) -> Bool { left.number == right.number }
}
