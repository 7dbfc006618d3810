import Foundation
import Testing

@testable import Datasets
@testable import Formats

@Suite struct NPYTests {
  /// A file as NumPy writes it.
  static func file(
    _ descriptor: String, _ shape: String, fortran: Bool = false, version: UInt8 = 1,
    _ elements: [UInt8]
  ) -> Data {
    var header =
      "{'descr': '\(descriptor)', 'fortran_order': \(fortran ? "True" : "False"), "
      + "'shape': \(shape), }"
    let front = version == 1 ? 10 : 12
    header += String(repeating: " ", count: 63 - (front + header.utf8.count) % 64) + "\n"
    let count = header.utf8.count
    let length = (0..<(front - 8)).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
    return Data(
      [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + elements)
  }

  private static func bytes<Value>(_ values: [Value]) -> [UInt8] {
    values.withUnsafeBytes { Array($0) }
  }

  private static func read(_ data: Data) throws -> NumberArray {
    try NPYFile.array(data, file: "f")
  }

  @Test(arguments: [1, 2, 3] as [UInt8])
  func readsEveryVersion(version: UInt8) throws {
    let array = try Self.read(
      Self.file("|u1", "(2, 3)", version: version, Array(1...6)))
    #expect(array.shape == [2, 3])
    #expect(Array(array.data) == Array(1...6))
    #expect(try Self.read(Self.file("|u1", "(3,)", version: version, [1, 2, 3])).shape == [3])
    #expect(try Self.read(Self.file("|u1", "()", version: version, [1])).shape == [])
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
      try Self.read(Self.file(descriptor, "(2,)", elements)).labels()
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
    let good = Self.file("|u1", "(2, 3)", Array(1...6))
    expect("is in Fortran order", Self.file("|u1", "(2, 3)", fortran: true, Array(1...6)))
    expect("save numpy.ascontiguousarray", Self.file("|u1", "(1,)", fortran: true, [1]))
    for type in ["<f1", "|b2", "|O", "<c8", "<U3", "<i3", "u1"] {
      expect("elements of type \(type)", Self.file(type, "(1,)", [1]))
    }
    expect("shape [2, 3] needs 6 bytes, but there are 5", good.dropLast())
    expect("shape [2, 3] needs 6 bytes, but there are 7", good + [1])
    expect("a shape of more than", Self.file("|u1", "(9223372036854775807, 2)", []))
    expect("version 4", Self.file("|u1", "(1,)", version: 4, [1]))
    expect("not a .npy file", Data("numpy".utf8))
    expect("not a .npy file", Data())
    expect("the header is cut short", good.prefix(40))
    for shape in ["(2, -3)", "[6]", "(6", "6", "(2; 3)", "(2, 3), 'shape': (2, 3)"] {
      expect("the header does not name", Self.file("|u1", shape, Array(1...6)))
    }
  }
}

@Suite struct ArrayFolderTests {
  private static func write(
    _ files: [String: Data], in folder: URL
  ) throws {
    for (name, data) in files { try FormatsTests.write(data, name, in: folder) }
  }

  private static let files = [
    "train-images.npy": NPYTests.file("|u1", "(2, 2, 1, 3)", Array(0..<12)),
    "train-labels.npy": NPYTests.file("|u1", "(2,)", [4, 0]),
    "test-images.npy": NPYTests.file("|u1", "(1, 2, 1, 3)", Array(20..<26)),
    "test-labels.npy": NPYTests.file("|u1", "(1,)", [3]),
  ]

  private static func load(
    _ folder: URL, _ images: ImageSettings = ImageSettings()
  ) throws -> Dataset {
    try Dataset.load(.images, folder: folder, environment: [:], images: images)
  }

  @Test func readsFourArrays() throws {
    try withFolder { folder in
      try Self.write(Self.files, in: folder)
      let dataset = try Self.load(folder)
      #expect(dataset.train.form == [2, 1, 3])
      #expect(dataset.train.pixels == Array(0..<12))
      #expect(dataset.train.labels == [4, 0])
      #expect(dataset.train.classes == 5 && dataset.test.classes == 5)
      #expect(dataset.test.labels == [3])
      expectFailure(.badData, "holds arrays, whose size", file: folder.path) {
        _ = try Self.load(folder, ImageSettings(channels: 1))
      }
    }
  }

  @Test func refusesArraysThatDoNotFit() throws {
    func expect(
      _ kind: FormatError.Kind, _ text: String, at name: String, _ change: [String: Data?]
    ) throws {
      try withFolder { folder in
        try Self.write(Self.files.merging(change.compactMapValues { $0 }) { $1 }, in: folder)
        for name in change.keys where change[name]! == nil {
          try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
        }
        let place = name.isEmpty ? folder.path : "\(folder.path)/\(name)"
        expectFailure(kind, text, file: place) { _ = try Self.load(folder) }
      }
    }
    try expect(
      .missingInput, "lacks test-images.npy, test-labels.npy;", at: "",
      ["test-images.npy": nil, "test-labels.npy": nil])
    try expect(
      .badData, "label 0: is 5, but the 5 classes", at: "test-labels.npy",
      ["test-labels.npy": NPYTests.file("|u1", "(1,)", [5])])
    try expect(
      .badData, "images of 1×2×3, but the training images are 2×1×3", at: "test-images.npy",
      ["test-images.npy": NPYTests.file("|u1", "(1, 1, 2, 3)", Array(0..<6))])
    try expect(
      .badData, "shape [12], not [count, height", at: "train-images.npy",
      ["train-images.npy": NPYTests.file("|u1", "(12,)", Array(0..<12))])
    try expect(
      .badData, "shape [1, 2], not the one dimension", at: "train-labels.npy",
      ["train-labels.npy": NPYTests.file("|u1", "(1, 2)", [0, 1])])
  }

  @Test func readsIDXOfAnySizeAndClasses() throws {
    try withFolder { folder in
      var small = SmallDataset()
      small.files[.trainLabels] = IDXFile(shape: [3], bytes: [0, 11, 4]).encoded()
      try small.write(to: folder) { $0.names[1] }
      let dataset = try Self.load(folder)
      #expect(dataset.train.classes == 12 && dataset.test.classes == 12)
      #expect(dataset.train.pixels == Array(0..<12))
      try FileManager.default.removeItem(
        at: folder.appendingPathComponent(DatasetPart.testLabels.names[1]))
      expectFailure(.missingInput, "lacks t10k-labels-idx1-ubyte.gz", file: folder.path) {
        _ = try Self.load(folder)
      }
    }
  }
}
