import Foundation
import Testing

@testable import Formats

@Suite struct CIFARTests {
  /// Records whose red, green and blue values at a pixel are a function of the place.
  static func file(labels: [UInt8]) -> Data {
    Data(
      labels.flatMap { label -> [UInt8] in
        [label]
          + (0..<3072).map { UInt8(truncatingIfNeeded: $0 % 1024 + 50 * ($0 / 1024) + Int(label)) }
      })
  }

  private static func write(to folder: URL, except missing: String = "") throws {
    for (index, name) in (CIFARFiles.trainNames + [CIFARFiles.testName]).enumerated()
    where name != missing {
      try FormatsTests.write(file(labels: [UInt8(index), 9]), name, in: folder)
    }
  }

  @Test func turnsPlanesIntoPixels() throws {
    let file = try CIFARFile(data: Self.file(labels: [0, 7]), file: "f")
    #expect(file.labels == [0, 7])
    #expect(file.pixels.count == 2 * 3072)
    #expect(Array(file.pixels.prefix(6)) == [0, 50, 100, 1, 51, 101])
    let last = 3 * (1024 + 1023)
    #expect(
      Array(file.pixels[last..<(last + 3)])
        == [0, 50, 100].map { UInt8(truncatingIfNeeded: 1023 + $0 + 7) })
    for bytes in [Data(), Self.file(labels: [1]).dropLast(), Data(count: 3074)] {
      expectFailure(.badData, "not a number of records of 3073", file: "f") {
        _ = try CIFARFile(data: bytes, file: "f")
      }
    }
  }

  @Test(arguments: ["", "cifar-10-batches-bin", "cifar10", "cifar10/cifar-10-batches-bin"])
  func isFoundInAFolder(place: String) throws {
    try withFolder { folder in
      try Self.write(to: folder.appendingPathComponent(place))
      let dataset = try Dataset.load(.cifar10, folder: folder, environment: [:])
      #expect(dataset.train.labels == [0, 9, 1, 9, 2, 9, 3, 9, 4, 9])
      #expect(dataset.test.labels == [5, 9])
      #expect(dataset.test.form == [32, 32, 3])
      let environment = ["CROWNWORK_DATA": folder.path]
      #expect(try Dataset.load(.cifar10, environment: environment).train == dataset.train)
    }
  }

  @Test func saysHowToGetIt() throws {
    try withFolder { folder in
      for text in [
        "not found in ", "get cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530",
        "https://www.cs.toronto.edu/~kriz/cifar.html and unpack it in \(folder.path)/",
      ] {
        expectFailure(.missingInput, text, file: "cifar10") {
          _ = try Dataset.load(.cifar10, environment: ["HOME": folder.path])
        }
      }
      try Self.write(to: folder.appendingPathComponent("x"), except: "data_batch_3.bin")
      let incomplete = folder.appendingPathComponent("x")
      expectFailure(.missingInput, "lacks data_batch_3.bin;", file: incomplete.path) {
        _ = try Dataset.load(.cifar10, folder: incomplete, environment: [:])
      }
      try FormatsTests.write(Self.file(labels: [10]), "data_batch_3.bin", in: incomplete)
      expectFailure(.badData, "is 10, but the 10 classes", file: incomplete.path) {
        _ = try Dataset.load(.cifar10, folder: incomplete, environment: [:])
      }
    }
  }
}
