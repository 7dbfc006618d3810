import Foundation
import Tensors
import Testing
import _TestSupport

@testable import Formats

@Suite struct IDXTests {
  static let images = IDXFile(shape: [3, 2, 2], bytes: Array(0..<12))

  static func failure(_ bytes: [UInt8], _ text: String) {
    for data in [Data(bytes), Gzip.compress(Data(bytes))] {
      expectFailure(.badData, text, file: "f") { _ = try IDXFile(data: data, file: "f") }
    }
  }

  @Test(arguments: [[5], [0], [3, 2, 2], [1, 2, 3, 4], [2, 0, 7]])
  func readsWhatWasWritten(shape: [Int]) throws {
    let file = IDXFile(shape: shape, bytes: (0..<shape.reduce(1, *)).map { UInt8($0 * 7 & 255) })
    let plain = file.encoded()
    #expect(try IDXFile(data: plain, file: "f") == file)
    #expect(try IDXFile(data: Gzip.compress(plain), file: "f") == file)
  }

  @Test func hasTheBytesOfTheFormat() {
    #expect(
      Array(IDXFile(shape: [2, 258], bytes: Array(repeating: 7, count: 516)).encoded().prefix(13))
        == [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 1, 2, 7])
  }

  @Test func refusesOtherFiles() {
    Self.failure([], "not an IDX file (begins with nothing)")
    Self.failure([0, 0, 8], "not an IDX file (begins with 00 00 08)")
    Self.failure(Array("P5 28 28".utf8), "byte 0: not an IDX file (begins with 50 35 20 32)")
    Self.failure([0, 0, 8, 0, 1], "not an IDX file")
    Self.failure([0, 0, 0x0a, 1, 0, 0, 0, 1, 0, 0, 0, 0], "byte 2: element type 0xa")
    Self.failure(
      [0, 0, 0x0d, 1, 0, 0, 0, 1, 0, 0, 0, 0], "byte 2: elements of type float32, where unsigned")
  }

  @Test func refusesOtherSizesThanDeclared() {
    let bytes = [UInt8](Self.images.encoded())
    Self.failure(bytes.dropLast(), "byte 27: shape [3, 2, 2] needs 12 bytes, but only 11 are there")
    Self.failure(Array(bytes.prefix(9)), "byte 9: the header of 3 dimensions is cut short")
    expectFailure(.badData, "byte 28: 1 bytes too many", file: "f") {
      _ = try IDXFile(data: Data(bytes + [0]), file: "f")
    }
    expectFailure(.badData, "unpacks to more than the 28 bytes expected", file: "f") {
      _ = try IDXFile(data: Gzip.compress(Data(bytes + [0])), file: "f")
    }
  }

  @Test func allocatesNothingForHugeClaims() {
    let huge = [UInt8](repeating: 0xff, count: 12)
    Self.failure([0, 0, 8, 3] + huge, "byte 4: a shape of more than")
    Self.failure([0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff], "needs 4294967295 bytes, but only 0")
    Self.failure(
      [0, 0, 8, 255] + [UInt8](repeating: 0xff, count: 1020), "byte 4: a shape of more than")
  }

  @Test func survivesMutations() throws {
    var random = RandomSource(seed: 4)
    let plain = [UInt8](Self.images.encoded())
    let packed = [UInt8](Gzip.compress(Self.images.encoded()))
    for round in 0..<6000 {
      let data = Data(mutated(round.isMultiple(of: 2) ? plain : packed, using: &random))
      do {
        let file = try IDXFile(data: data, file: "f")
        #expect(file.shape.reduce(1, *) == file.bytes.count)
      } catch let error as FormatError {
        #expect(error.kind == .badData)
      }
    }
  }
}
