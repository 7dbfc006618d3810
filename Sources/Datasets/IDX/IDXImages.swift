import Formats
import Foundation

extension Dataset {
  /// Reads the four files of a data set.
  ///
  /// - Parameter classes: nil for the largest label of the training images and one more.
  /// Throws ``FormatError`` as ``init(contentsOf:name:classes:note:)`` does.
  package init(_ files: DatasetFiles, name: String, classes: Int? = 10, note: String = "") throws {
    func array(_ url: URL) throws -> NumberArray {
      try IDXFile.array(InputFile.read(url), file: url.path)
    }
    self = try DatasetArrays(
      trainImages: array(files.trainImages), trainLabels: array(files.trainLabels),
      testImages: array(files.testImages), testLabels: array(files.testLabels)
    ).dataset(
      name: name, note: [note, files.note ?? ""].filter { !$0.isEmpty }.joined(separator: "; "),
      classes: classes)
  }
}

extension LabeledImages {
  /// Reads grey images (IDX of shape [count, height, width]) and their labels (IDX of shape
  /// [count]), gzipped or plain.
  ///
  /// - Parameter classes: nil for the largest label and one more.
  /// Throws ``FormatError`` where a file is missing or bad or they do not fit each other.
  public init(images: URL, labels: URL, classes: Int? = 10) throws {
    try self.init(
      images: IDXFile.array(InputFile.read(images), file: images.path),
      labels: IDXFile.array(InputFile.read(labels), file: labels.path), classes: classes)
  }
}
