import Foundation
import Testing
import _TestSupport

@testable import Formats

@Suite struct SafetensorsBadInputTests {
  static func file(_ header: String, data: Int, padding: Int = 0) -> Data {
    let json = Data(header.utf8)
    var file = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
    file.append(json)
    return file + Data(count: data)
  }

  static func tensor(
    _ name: String = "t", dtype: String = "\"F32\"", shape: String = "[2]", at: String = "[0,8]"
  ) -> String {
    "\"\(name)\":{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(at)}"
  }

  static func failure(
    _ text: String, _ members: [String], data: Int = 8,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let data = file("{\(members.joined(separator: ","))}", data: data)
    expectFailure(.badData, text, file: "f", sourceLocation: sourceLocation) {
      _ = try SafetensorsFile(data: data, file: "f")
    }
  }

  @Test func passesTheUndamaged() throws {
    let file = Self.file(" {\n\(Self.tensor()) }\t ", data: 8)
    #expect(try SafetensorsFile(data: file, file: "f").arrays["t"]?.shape == [2])
  }

  @Test func refusesLiesAboutTheHeader() {
    func failure(_ text: String, _ bytes: [UInt8]) {
      expectFailure(.badData, text, file: "f") {
        _ = try SafetensorsFile(data: Data(bytes), file: "f")
      }
    }
    failure("only 0 bytes long", [])
    failure("only 7 bytes long", [2, 0, 0, 0, 0, 0, 0])
    failure("header should have 3 bytes, but only 2 follow", [3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d])
    failure("18446744073709551615 bytes", [UInt8](repeating: 0xff, count: 64))
    failure("100000001 bytes", [0x01, 0xe1, 0xf5, 0x05, 0, 0, 0, 0, 0x7b, 0x7d])
    failure("no \"{\" here", [0, 0, 0, 0, 0, 0, 0, 0])
    failure("not UTF-8", [4, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x22])
  }

  @Test(arguments: [
    ("[]", "no \"{\" here"), ("{", "byte 9"), ("{}x", "byte 10: the header goes on"),
    ("{\"a\"}", "no \":\" here"), ("{\"a\":1}", "no \"{\" here"), ("{\"a", "ends inside a string"),
    ("{\"a\u{1}\":{}}", "control character"), ("{\"\\q\":{}}", "unknown escape"),
    ("{\"\\ud800\":{}}", "surrogate"), ("{\"\\udc00\":{}}", "surrogate"),
    ("{\"\\u12g4\":{}}", "four digits"), ("{\"\\u+123\":{}}", "four digits"), ("{,}", "byte 9"),
    ("{\"__metadata__\":{\"a\":1}}", "no \"\"\" here"),
    ("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", "two metadata entries \"a\""),
    ("{\"__metadata__\":{},\"__metadata__\":{}}", "two \"__metadata__\""),
  ])
  func refusesWhatIsNoHeader(header: String, text: String) {
    expectFailure(.badData, text, file: "f") {
      _ = try SafetensorsFile(data: Self.file(header, data: 0), file: "f")
    }
  }

  @Test func refusesLiesAboutOffsets() {
    Self.failure("tensor \"t\": data offsets 8, 0 run backwards", [Self.tensor(at: "[8,0]")])
    Self.failure("tensor \"t\": data offsets 0, 9 reach beyond the 8", [Self.tensor(at: "[0,9]")])
    Self.failure(
      "tensor \"t\": data offsets 0, 9223372036854775807 reach",
      [Self.tensor(at: "[0,9223372036854775807]")])
    Self.failure("tensor \"t\": 1 data offsets, not 2", [Self.tensor(at: "[8]")])
    Self.failure("tensor \"t\": 3 data offsets, not 2", [Self.tensor(at: "[0,4,8]")])
    Self.failure("tensor \"t\": shape [2] of F32 needs 8 bytes", [Self.tensor(at: "[0,4]")])
  }

  @Test(arguments: ["-1", "1.0", "1e0", "9223372036854775808", "01", "\"1\"", "null", "[1]", "+1"])
  func refusesWhatIsNoCount(number: String) {
    Self.failure("tensor \"t\": not an integer", [Self.tensor(shape: "[\(number)]")])
    Self.failure("tensor \"t\": ", [Self.tensor(at: "[0,\(number)]")])
  }

  @Test func refusesLiesAboutShapes() {
    Self.failure("shape [3] of F32 needs 12 bytes, but has 8", [Self.tensor(shape: "[3]")])
    Self.failure("shape [] of F32 needs 4 bytes", [Self.tensor(shape: "[]")])
    Self.failure(
      "needs more than 9223372036854775807 bytes",
      [Self.tensor(shape: "[4294967296,4294967296,4]")])
    Self.failure("unknown type \"F33\"", [Self.tensor(dtype: "\"F33\"")])
    Self.failure("F8_E4M3 cannot be read", [Self.tensor(dtype: "\"F8_E4M3\"", shape: "[8]")])
    Self.failure("no \"dtype\" in the header", ["\"t\":{\"shape\":[2],\"data_offsets\":[0,8]}"])
    Self.failure("no \"shape\" in the header", ["\"t\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}"])
    Self.failure("no \"data_offsets\"", ["\"t\":{\"dtype\":\"F32\",\"shape\":[2]}"])
    Self.failure("unknown or repeated key \"x\"", ["\"t\":{\"x\":1}"])
    Self.failure("repeated key \"shape\"", ["\"t\":{\"shape\":[],\"shape\":[]}"])
  }

  @Test func refusesGapsAndOverlaps() {
    let first = Self.tensor("a")
    Self.failure("tensor \"a\": is there twice", [first, first])
    Self.failure("tensor \"b\": overlaps another array", [first, Self.tensor("b")])
    Self.failure(
      "tensor \"b\": overlaps another array", [first, Self.tensor("b", at: "[4,12]")], data: 12)
    Self.failure("tensor \"b\": leaves a gap", [first, Self.tensor("b", at: "[9,17]")], data: 17)
    Self.failure("tensor \"a\": leaves a gap", [Self.tensor("a", at: "[1,9]")], data: 9)
    Self.failure("1 bytes follow the last array", [first], data: 9)
    Self.failure("1 bytes follow the last array", [], data: 1)
  }

  @Test func refusesNumbersThatAreNoFloat32() {
    func failure(_ type: String, _ value: some Any, _ text: String) {
      let header = "{\(Self.tensor(dtype: "\"\(type)\"", shape: "[1]", at: "[0,8]"))}"
      let data = Self.file(header, data: 0) + withUnsafeBytes(of: value) { Data($0) }
      expectFailure(.badData, "tensor \"t\": element 0, \(text)", file: "f") {
        _ = try SafetensorsFile(data: data, file: "f")
      }
    }
    failure("I64", Int64(16_777_217), "16777217 of type I64, cannot be held by a Float32")
    failure("I64", Int64.max, "9223372036854775807 of type I64")
    failure("U64", UInt64.max, "18446744073709551615 of type U64")
    failure("F64", -1e39, "-1e+39 of type F64")
  }
}
