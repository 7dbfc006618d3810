import Foundation
import Testing
import _TestSupport

@testable import Datasets
@testable import Formats

/// Numbers become pixels by the values that are there, or are refused with advice that fits them.
@Suite struct ArrayPixelTests {
  private static func array(
    _ type: String, _ bytes: [UInt8], _ shape: [Int]? = nil, file: String = "f"
  ) -> NumberArray {
    let element = NumberElement(type)!
    return NumberArray(
      shape: shape ?? [bytes.count / element.size], element: element, data: Data(bytes), file: file)
  }

  private static func bytes<Value>(_ values: [Value]) -> [UInt8] {
    values.withUnsafeBytes { Array($0) }
  }

  private static func pixels(_ array: NumberArray) throws -> [UInt8] {
    try PixelScale(PixelRange(of: [array])).pixels(of: array).bytes
  }

  @Test func takesFloatsFromZeroToOne() throws {
    let exact = (0...255).map { Float($0) / 255 }
    #expect(try Self.pixels(Self.array("<f4", Self.bytes(exact))) == Array(0...255))
    let doubles = exact.map { Double($0) + 9e-7 }
    #expect(try Self.pixels(Self.array("<f8", Self.bytes(doubles))) == Array(0...255))
    // numpy.array([0, 1, 128, 255]) / 255 as float16.
    let halves: [UInt16] = [0, 0x1c04, 0x3804, 0x3c00]
    #expect(try Self.pixels(Self.array("<f2", Self.bytes(halves))) == [0, 1, 128, 255])
    let range = try PixelRange(of: [Self.array("<f2", Self.bytes(halves))])
    #expect(try PixelScale(range).note(range)?.contains("float16 from 0 to 1, read as") == true)
  }

  @Test func takesFloatsFromZeroTo255() throws {
    let floats = (0...255).map { Float($0) }
    #expect(try Self.pixels(Self.array("<f4", Self.bytes(floats))) == Array(0...255))
    let fractions: [Double] = [0, 100.4, 254.6, 1.5]
    #expect(try Self.pixels(Self.array("<f8", Self.bytes(fractions))) == [0, 100, 255, 2])
    #expect(try Self.pixels(Self.array("<i8", Self.bytes([0, 7, 255] as [Int64]))) == [0, 7, 255])
  }

  @Test func refusesOtherNumbersWithAdviceThatFits() {
    func expect(_ text: String, _ type: String, _ bytes: [UInt8]) {
      expectFailure(.badData, text, file: "f") { _ = try Self.pixels(Self.array(type, bytes)) }
    }
    func floats(_ values: [Float]) -> [UInt8] { Self.bytes(values) }
    expect("save ((array + 1) * 127.5).round()", "<f4", floats([-1, 0.5, 1]))
    expect("((array * std + mean) * 255).round()", "<f4", floats([-2.1, 0.5, 2.6]))
    expect("(array.clip(0, 1) * 255).round()", "<f4", floats([-0.01, 0.5, 1.02]))
    expect("(array.clip(0, 1) * 255).round()", "<f4", floats([0, 0.5, 1.02]))
    expect("array.clip(0, 255).round()", "<f4", floats([0, 255.4]))
    expect(
      "if 255 is white, save array.round().astype(\"uint8\"); if 16 is, (array / 16 * 255)",
      "<f4", floats([0, 16]))
    expect(
      "uint16 from 0 to 65535, where pixels are up to 255; if 65535 is white", "<u2",
      Self.bytes([0, .max] as [UInt16]))
    expect("if 4095 is white, save (array / 4095 * 255)", "<u2", Self.bytes([0, 4000] as [UInt16]))
    expect("+ 128).astype(\"uint8\")", "|i1", [0x80, 0x7f])
    expect("save array.astype(\"uint8\") * 255", "|b1", [0, 1])
    for value: Float in [.nan, .infinity, -.infinity] {
      expect("element 1 is NaN or infinite", "<f4", floats([0, value]))
    }
  }

  /// A dark part by itself would look like another scale.
  @Test func decidesForBothPartsTogether() throws {
    let labels = Self.array("|u1", [0, 1], file: "l")
    func images(_ values: [Float]) -> NumberArray {
      Self.array("<f4", Self.bytes(values), [2, 1, 1], file: "i")
    }
    let arrays = DatasetArrays(
      trainImages: images([0, 255]), trainLabels: labels, testImages: images([0, 1]),
      testLabels: labels)
    let dataset = try arrays.dataset(name: "d", note: "n", classes: nil)
    #expect(dataset.test.pixels == [0, 1])
    #expect(dataset.note.hasPrefix("n; float32 from 0 to 255, read as bytes"))
    var mixed = arrays
    mixed.testImages = Self.array("|u1", [0, 255], [2, 1, 1])
    expectFailure(.badData, "are float32, those of the other uint8", file: "i") {
      _ = try mixed.dataset(name: "d", note: "n", classes: nil)
    }
  }

  @Test func saysWhatMayNotBeMeant() throws {
    let labels = Self.array("|u1", [0, 1], file: "l")
    func warnings(_ type: String, _ bytes: [UInt8]) throws -> [String] {
      let images = Self.array(type, bytes, [2, 1, 1])
      return try DatasetArrays(
        trainImages: images, trainLabels: labels, testImages: images, testLabels: labels
      ).dataset(name: "d", note: "", classes: nil).warnings
    }
    #expect(try warnings("|u1", [0, 255]).isEmpty)
    #expect(try warnings("<f4", Self.bytes([0, 1] as [Float])).isEmpty)
    #expect(try warnings("|u1", [0, 1])[0].contains("the brightest pixel is 1 of 255; if 1 is"))
    #expect(
      try warnings("<f4", Self.bytes([0.3, 1] as [Float]))[0]
        .contains("no multiples of 1/255 are rounded to them, by up to 0.001960"))
    #expect(try warnings("<f4", Self.bytes([0.5, 255] as [Float]))[0].contains("whole numbers"))
  }

  @Test(arguments: [
    ([9, 8, 8, 3], ImageLayout.channelsLast), ([9, 8, 8, 1], .channelsLast),
    ([9, 3, 8, 8], .channelsFirst), ([9, 1, 8, 8], .channelsFirst), ([9, 3, 4, 4], .channelsFirst),
    ([9, 3, 3, 1], .channelsLast), ([9, 1, 3, 3], .channelsFirst), ([9, 8, 8, 4], .channelsLast),
    ([9, 4, 8, 8], .channelsFirst), ([9, 1, 2, 3], nil), ([9, 5, 8, 8], nil), ([9, 3, 3, 3], nil),
  ])
  func findsTheChannels(shape: [Int], layout: ImageLayout?) {
    #expect(ImageLayout(of: shape) == layout)
  }

  @Test func putsChannelsLast() throws {
    let values = [UInt8](0..<24)
    let images = Self.array("|u1", values, [1, 3, 2, 4])
    func load(_ images: NumberArray, _ layout: ImageLayout?) throws -> Dataset {
      let labels = Self.array("|u1", [0])
      return try DatasetArrays(
        trainImages: images, trainLabels: labels, testImages: images, testLabels: labels
      ).dataset(name: "d", note: "", classes: nil, layout: layout)
    }
    let first = try load(images, nil)
    #expect(first.train.form == [2, 4, 3])
    #expect(first.note.contains("shape [count, 3, 2, 4] is read as channels first"))
    var expected: [UInt8] = []
    for place in 0..<8 { for channel in 0..<3 { expected.append(UInt8(channel * 8 + place)) } }
    #expect(first.train.pixels == expected)
    #expect(try load(images, .channelsLast).train.form == [3, 2, 4])
    let unclear = Self.array("|u1", values, [1, 1, 8, 3])
    expectFailure(.badData, "say which: `images.layout` channels-last or channels-first", file: "f")
    {
      _ = try load(unclear, nil)
    }
    #expect(try load(unclear, .channelsFirst).train.form == [8, 3, 1])
    let flat = Self.array("|u1", [UInt8](0..<16), [1, 16])
    expectFailure(.badData, "save array.reshape(-1, 4, 4)", file: "f") { _ = try load(flat, nil) }
  }

  @Test func readsColumnsOfLabels() throws {
    #expect(try Self.array("|u1", [4, 2], [2, 1]).labels() == [4, 2])
    expectFailure(.badData, "labels.argmax(axis=1)", file: "f") {
      _ = try Self.array("|u1", [0, 1, 1, 0], [2, 2]).labels()
    }
    // QMNIST's: the class, then seven numbers about where the digit comes from.
    var file = Data([0, 0, 12, 2, 0, 0, 0, 2, 0, 0, 0, 8])
    for value: Int32 in [7, 1, 9, 300, 70_000, 1, 2, 3, 4, 1, 9, 300, 70_000, 1, 2, 3] {
      withUnsafeBytes(of: value.bigEndian) { file.append(contentsOf: $0) }
    }
    let array = try IDXFile.array(file, file: "qmnist-test-labels-idx2-int")
    #expect(try array.labels() == [7, 4])
  }

  @Test func readsEveryTypeOfIDX() throws {
    func numbers(_ code: UInt8, _ bytes: [UInt8]) throws -> [Double] {
      let array = try IDXFile.array(Data([0, 0, code, 1, 0, 0, 0, 2] + bytes), file: "f")
      var numbers: [Double] = []
      array.forEach { value, _ in numbers.append(value) }
      return numbers
    }
    #expect(try numbers(8, [0, 255]) == [0, 255])
    #expect(try numbers(9, [0xff, 1]) == [-1, 1])
    #expect(try numbers(0x0b, [1, 0, 0xff, 0xfe]) == [256, -2])
    #expect(try numbers(0x0c, [0, 0, 1, 0, 0xff, 0xff, 0xff, 0xfe]) == [256, -2])
    #expect(try numbers(0x0d, [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0]) == [1, -2])
    #expect(
      try numbers(0x0e, [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0]) == [1, -2])
  }
}
