import Foundation
import Tensors
import Testing
import _TestSupport

@testable import Formats

@Suite struct SafetensorsTests {
  static let sample = SafetensorsFile(
    arrays: [
      "b": .init(shape: [2, 3], scalars: [1, -0.0, .infinity, .leastNonzeroMagnitude, 5, 0.1]),
      "a.weight": .init(shape: [], scalars: [7]),
      "é \"\\\n\u{1}\u{1F600}": .init(shape: [0, 4], scalars: []),
      "": .init(shape: [1], scalars: [2]),
    ],
    metadata: ["architecture": "cnn \"2\"\t", "ε": "0.3\u{7f}"])

  static func bits(_ file: SafetensorsFile) -> [String: [UInt32]] {
    file.arrays.mapValues { $0.scalars.map(\.bitPattern) }
  }

  @Test func readsWhatWasWrittenBitForBit() throws {
    var file = Self.sample
    file.arrays["nan"] = .init(
      shape: [2], scalars: [.init(bitPattern: 0x7fc0_1234), .init(bitPattern: 0xffc0_0001)])
    let data = file.encoded()
    let again = try SafetensorsFile(data: data, file: "f")
    #expect(Self.bits(again) == Self.bits(file))
    #expect(again.arrays.mapValues(\.shape) == file.arrays.mapValues(\.shape))
    #expect(again.metadata == file.metadata)
    #expect(again.encoded() == data)
    let slice = (Data([1]) + data).dropFirst()
    #expect(try SafetensorsFile(data: slice, file: "f").encoded() == data)
  }

  @Test func alignsItsData() {
    for name in ["a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"] {
      let data = SafetensorsFile(arrays: [name: .init(shape: [1], scalars: [1])]).encoded()
      #expect(data.count % 8 == 4)
      #expect(Int(data[0]) + 8 == data.count - 4)
    }
    #expect(SafetensorsFile().encoded() == Data([8, 0, 0, 0, 0, 0, 0, 0]) + Data("{}      ".utf8))
  }

  @Test func writesToAFileAndNothingElse() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("model.safetensors")
      try Self.sample.write(to: url)
      #expect(try SafetensorsFile(contentsOf: url) == Self.sample)
      #expect(try names(in: folder) == ["model.safetensors"])
      let inside = url.appendingPathComponent("model")
      expectFailure(.cannotWrite, "cannot be written", file: inside.path) {
        try Self.sample.write(to: inside)
      }
    }
  }

  @Test func findsWhatIsNotFinite() throws {
    var file = SafetensorsFile(arrays: [
      "a": .init(shape: [2], scalars: [.greatestFiniteMagnitude, -.greatestFiniteMagnitude]),
      "b": .init(shape: [3], scalars: [1, 2, 3]), "c": .init(shape: [0], scalars: []),
    ])
    try file.checkFinite(file: "f")
    file.arrays["b"]?.scalars[1] = .nan
    expectFailure(.badData, "tensor \"b\": element 1 is nan", file: "f") {
      try file.checkFinite(file: "f")
    }
    file.arrays["b"]?.scalars[1] = -.infinity
    expectFailure(.badData, "tensor \"b\": element 1 is -inf", file: "f") {
      try file.checkFinite(file: "f")
    }
  }

  @Test func survivesMutations() throws {
    var random = RandomSource(seed: 5)
    var file = Self.sample
    file.arrays["more"] = .init(shape: [1, 1, 2], scalars: [3, 4])
    let data = [UInt8](file.encoded())
    for _ in 0..<8000 {
      do {
        let read = try SafetensorsFile(data: Data(mutated(data, using: &random)), file: "f")
        for array in read.arrays.values {
          #expect(array.shape.reduce(1, *) == array.scalars.count)
        }
      } catch let error as FormatError {
        #expect(error.kind == .badData)
      }
    }
  }

  @Test func readsHalvesAsDefined() {
    for bits in UInt16.min ... .max where bits & 0x7c00 != 0x7c00 {
      let magnitude = bits & 0x7fff
      let (exponent, fraction) = (Int(magnitude >> 10), Double(magnitude & 0x3ff))
      let value =
        exponent == 0
        ? fraction * 0x1p-24
        : (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
      let signed = bits & 0x8000 == 0 ? value : -value
      #expect(SafetensorsElement.float(half: bits).bitPattern == Float(signed).bitPattern)
    }
    #expect(SafetensorsElement.float(half: 0xfc00) == -.infinity)
    #expect(SafetensorsElement.float(half: 0x7e00).isNaN)
  }
}
