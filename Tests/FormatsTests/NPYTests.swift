import Foundation
import Testing
import _TestSupport

@testable import Datasets
@testable import Formats

@Suite struct NPYTests {
  private static func bytes<Value>(_ values: [Value]) -> [UInt8] {
    values.withUnsafeBytes { Array($0) }
  }

  private static func read(_ data: Data) throws -> NumberArray {
    try NPYFile.array(data, file: "f")
  }

  @Test(arguments: [1, 2, 3] as [UInt8])
  func readsEveryVersion(version: UInt8) throws {
    let array = try Self.read(
      NPY.file("|u1", "(2, 3)", version: version, Array(1...6)))
    #expect(array.shape == [2, 3])
    #expect(Array(array.data) == Array(1...6))
    #expect(try Self.read(NPY.file("|u1", "(3,)", version: version, [1, 2, 3])).shape == [3])
    #expect(try Self.read(NPY.file("|u1", "()", version: version, [1])).shape == [])
  }

  @Test func readsWhatNumPyWrote() throws {
    // numpy.save of numpy.arange(3, dtype="<i4"), NumPy 2.4.6.
    let text =
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfS"
      + "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAQAAAAIAAAA="
    let array = try Self.read(Data(base64Encoded: text)!)
    #expect(array.shape == [3])
    #expect(try array.labels() == [0, 1, 2])
  }

  @Test func readsLabelsOfEveryIntegerType() throws {
    func labels(_ descriptor: String, _ elements: [UInt8]) throws -> [UInt8] {
      try Self.read(NPY.file(descriptor, "(2,)", elements)).labels()
    }
    #expect(try labels("|u1", [3, 255]) == [3, 255])
    #expect(try labels("|i1", [3, 127]) == [3, 127])
    #expect(try labels("<u2", Self.bytes([3, 200] as [UInt16])) == [3, 200])
    #expect(try labels(">i2", [0, 3, 0, 200]) == [3, 200])
    #expect(try labels("<i8", Self.bytes([3, 200] as [Int64])) == [3, 200])
    #expect(try labels(">u4", [0, 0, 0, 3, 0, 0, 0, 200]) == [3, 200])
    #expect(try labels("<f4", Self.bytes([3, 200] as [Float])) == [3, 200])
    #expect(try labels("|b1", [1, 0]) == [1, 0])
    for (descriptor, elements, text) in [
      ("|i1", [1, 0xff], "label 1: is -1, where labels are 0 to 255"),
      ("<i4", Self.bytes([0, 256] as [Int32]), "label 1: is 256"),
      ("<u8", Self.bytes([0, .max] as [UInt64]), "is 18446744073709551615"),
      ("<f4", Self.bytes([0, 0.5] as [Float]), "label 1: is 0.5, where labels are whole numbers"),
      ("<f4", Self.bytes([.nan, 0] as [Float]), "is nan, where labels are whole numbers"),
    ] { expectFailure(.badData, text, file: "f") { _ = try labels(descriptor, elements) } }
  }

  @Test func refusesOtherFiles() {
    func expect(_ text: String, _ data: Data) {
      expectFailure(.badData, text, file: "f") { _ = try Self.read(data) }
    }
    let good = NPY.file("|u1", "(2, 3)", Array(1...6))
    expect("is in Fortran order", NPY.file("|u1", "(2, 3)", fortran: true, Array(1...6)))
    expect("save numpy.ascontiguousarray", NPY.file("|u1", "(1,)", fortran: true, [1]))
    for type in ["<f1", "|b2", "|O", "<c8", "<U3", "<i3", "u1"] {
      expect("elements of type \(type)", NPY.file(type, "(1,)", [1]))
    }
    expect("shape [2, 3] needs 6 bytes, but there are 5", good.dropLast())
    expect("shape [2, 3] needs 6 bytes, but there are 7", good + [1])
    expect("a shape of more than", NPY.file("|u1", "(9223372036854775807, 2)", []))
    expect("version 4", NPY.file("|u1", "(1,)", version: 4, [1]))
    expect("not a .npy file", Data("numpy".utf8))
    expect("not a .npy file", Data())
    expect("the header is cut short", good.prefix(40))
    for shape in ["(2, -3)", "[6]", "(6", "6", "(2; 3)", "(2, 3), 'shape': (2, 3)"] {
      expect("the header does not name", NPY.file("|u1", shape, Array(1...6)))
    }
  }
}
