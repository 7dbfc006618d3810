import Foundation
import Testing
import _TestSupport

@testable import Datasets
@testable import Formats

@Suite struct ArrayFolderTests {
  private static func write(
    _ files: [String: Data], in folder: URL
  ) throws {
    for (name, data) in files { try _TestSupport.write(data, name, in: folder) }
  }

  private static let files = [
    "train-images.npy": NPY.file("|u1", "(2, 2, 1, 3)", Array(0..<12)),
    "train-labels.npy": NPY.file("|u1", "(2,)", [4, 0]),
    "test-images.npy": NPY.file("|u1", "(1, 2, 1, 3)", Array(20..<26)),
    "test-labels.npy": NPY.file("|u1", "(1,)", [3]),
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
      ["test-labels.npy": NPY.file("|u1", "(1,)", [5])])
    try expect(
      .badData, "images of 1×2×3, but the training images are 2×1×3", at: "test-images.npy",
      ["test-images.npy": NPY.file("|u1", "(1, 1, 2, 3)", Array(0..<6))])
    try expect(
      .badData, "shape [12], not [count, height", at: "train-images.npy",
      ["train-images.npy": NPY.file("|u1", "(12,)", Array(0..<12))])
    try expect(
      .badData, "shape [1, 2], not the one dimension", at: "train-labels.npy",
      ["train-labels.npy": NPY.file("|u1", "(1, 2)", [0, 1])])
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
