import Formats
import Foundation

extension Dataset {
  /// Reads the four IDX files of a data set.
  ///
  /// - Parameters:
  ///   - files: The place of the files.
  ///   - name: The name of the data set.
  ///   - classes: The number of classes; nil for the largest label of the training images and one
  ///     more.
  ///   - note: The beginning of the data set's note.
  /// - Throws: ``FormatError`` as ``init(contentsOf:name:classes:note:)`` does.
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
  /// Reads images and their labels from two IDX files, gzipped or plain.
  ///
  /// Images have the shape [count, height, width] for grey ones, or a fourth axis of channels;
  /// labels have the shape [count]. Elements of other types than bytes are converted where their
  /// values leave no doubt.
  ///
  /// - Parameters:
  ///   - images: The file with the images.
  ///   - labels: The file with the labels.
  ///   - classes: The number of classes; nil for the largest label and one more.
  /// - Throws: `FormatError` of kind `missingInput` where a file cannot be read, and of kind
  ///   `badData` where one is damaged or they do not fit each other.
  public init(images: URL, labels: URL, classes: Int? = 10) throws {
    try self.init(
      images: IDXFile.array(InputFile.read(images), file: images.path),
      labels: IDXFile.array(InputFile.read(labels), file: labels.path), classes: classes)
  }
}
