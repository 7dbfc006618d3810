import Foundation

/// Where the four arrays of a user's own data are.
public struct NPYFiles: Equatable, Sendable {
  public var folder: URL

  static let names = [
    "train-images.npy", "train-labels.npy", "test-images.npy", "test-labels.npy",
  ]

  /// The names of arrays that a folder lacks.
  static func missing(in folder: URL) -> [String] {
    names.filter {
      FileKind(path: folder.appendingPathComponent($0).path).map { $0 == .directory } ?? true
    }
  }

  /// Reads the arrays; the classes are those of the training labels.
  ///
  /// Throws ``FormatError`` where one is bad or they do not fit each other.
  func dataset(name: String, note: String) throws -> Dataset {
    let arrays = try Self.names.map {
      try NPYFile(contentsOf: folder.appendingPathComponent($0))
    }
    let train = try LabeledImages(images: arrays[0], labels: arrays[1], classes: nil)
    let test = try LabeledImages(images: arrays[2], labels: arrays[3], classes: train.classes)
    let (found, wanted) = (
      [test.height, test.width, test.channels], [train.height, train.width, train.channels]
    )
    guard found == wanted else {
      throw FormatError.badData(
        "images \(found), but the training images are \(wanted)", file: arrays[2].file)
    }
    return Dataset(name: name, train: train, test: test, note: note)
  }
}
