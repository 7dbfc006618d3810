import Foundation

/// Images to train on and images to test with.
public struct Dataset: Equatable, Sendable {
  public var name: String
  public var train: LabeledImages
  public var test: LabeledImages
  /// Where the data come from, how they may be used and how they were read, in one line.
  public var note: String
  /// The names of the classes, in the order of their numbers; nil where they have none.
  public var classNames: [String]?
  /// What may not be as it is meant, a line each.
  public var warnings: [String]

  /// Creates a data set from images that are in memory already.
  public init(
    name: String, train: LabeledImages, test: LabeledImages, note: String = "",
    classNames: [String]? = nil, warnings: [String] = []
  ) {
    self.classNames = classNames
    self.warnings = warnings
    self.name = name
    self.train = train
    self.test = test
    self.note = note
  }

  /// Reads a user's own data, in a folder with the four files of MNIST's form.
  ///
  /// The files are checked for consistency. Throws ``FormatError`` where one is missing or bad,
  /// where their sizes or counts do not fit each other, and where a label is not below `classes`.
  public init(
    contentsOf folder: URL, name: String? = nil, classes: Int = 10, note: String = ""
  ) throws {
    guard case .complete(let files) = DatasetFiles.search(folder) else {
      throw DatasetLocator.incomplete(folder, [folder])
    }
    try self.init(files, name: name ?? folder.lastPathComponent, classes: classes, note: note)
  }

  /// Reads the four files of a data set.
  ///
  /// - Parameter classes: nil for the largest label of the training images and one more.
  /// Throws ``FormatError`` as ``init(contentsOf:name:classes:note:)`` does.
  public init(_ files: DatasetFiles, name: String, classes: Int? = 10, note: String = "") throws {
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
