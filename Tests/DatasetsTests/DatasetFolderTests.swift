import Foundation
import Testing
import _TestSupport

@testable import Datasets
@testable import Formats

@Suite struct DatasetFolderTests {
  /// The one-line error that a damaged set gives, which must name the damaged part.
  static func failure(
    _ text: String, of part: DatasetPart, sourceLocation: SourceLocation = #_sourceLocation,
    _ damage: (inout SmallDataset) -> Void
  ) throws {
    try withFolder { folder in
      var small = SmallDataset()
      damage(&small)
      try small.write(to: folder)
      let file = folder.appendingPathComponent(part.publishedName).path
      expectFailure(.badData, text, file: file, sourceLocation: sourceLocation) {
        _ = try Dataset(contentsOf: folder)
      }
    }
  }

  @Test(arguments: 0..<4)
  func acceptsEverySpelling(spelling: Int) throws {
    try withFolder { folder in
      try SmallDataset().write(to: folder) { $0.names[spelling] }
      let dataset = try Dataset(contentsOf: folder, name: "own")
      #expect(dataset.name == "own")
      #expect(dataset.train.labels == [0, 9, 4])
      #expect(dataset.train.pixels == Array(0..<12))
      #expect(dataset.test.count == 2)
      #expect(dataset.test.channels == 1)
    }
  }

  @Test func refusesInconsistentSets() throws {
    try Self.failure("label 2: is 10, but the 10 classes", of: .trainLabels) {
      $0.files[.trainLabels] = IDXFile(shape: [3], bytes: [0, 9, 10]).encoded()
    }
    try Self.failure("4 labels for the 3 images", of: .trainLabels) {
      $0.files[.trainLabels] = IDXFile(shape: [4], bytes: [0, 9, 1, 1]).encoded()
    }
    try Self.failure("images of 4×1×1, but the training images are 2×2×1", of: .testImages) {
      $0.files[.testImages] = IDXFile(shape: [2, 4, 1], bytes: Array(0..<8)).encoded()
    }
    try Self.failure("shape [8], not [count, height, width]", of: .testImages) {
      $0.files[.testImages] = IDXFile(shape: [8], bytes: Array(0..<8)).encoded()
    }
    try Self.failure("not the one dimension of labels", of: .testLabels) {
      $0.files[.testLabels] = $0.files[.testImages]
    }
    try Self.failure("holds no images", of: .testImages) {
      $0.files[.testImages] = IDXFile(shape: [0, 2, 2], bytes: []).encoded()
      $0.files[.testLabels] = IDXFile(shape: [0], bytes: []).encoded()
    }
    try Self.failure("not an IDX file", of: .trainImages) {
      $0.files[.trainImages] = Data("<html>".utf8)
    }
    try Self.failure("shape [3] needs 3 bytes", of: .trainLabels) {
      $0.files[.trainLabels]?.removeLast()
    }
  }

  @Test func refusesTruncatedGzip() throws {
    try withFolder { folder in
      try SmallDataset().write(to: folder)
      let file = folder.appendingPathComponent("train-images-idx3-ubyte.gz")
      try AtomicFile.write(InputFile.read(file).dropLast(9), to: file)
      expectFailure(.badData, "the packed data end too early", file: file.path) {
        _ = try Dataset(contentsOf: folder)
      }
    }
  }

  @Test func namesWhatIsMissing() throws {
    try withFolder { folder in
      var small = SmallDataset()
      small.files[.testLabels] = nil
      try small.write(to: folder)
      expectFailure(.missingInput, "lacks t10k-labels-idx1-ubyte.gz;", file: folder.path) {
        _ = try Dataset(contentsOf: folder)
      }
      let nowhere = folder.appendingPathComponent("nowhere")
      expectFailure(.missingInput, "no such folder", file: nowhere.path) {
        _ = try Dataset.load(.mnist, folder: nowhere, environment: [:])
      }
    }
  }
}
