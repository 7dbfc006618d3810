import Foundation

/// Images to train on and images to test with.
public struct Dataset: Equatable, Sendable {
  public var name: String
  public var train: LabeledImages
  public var test: LabeledImages
  /// Where the data come from and how they may be used, in one line.
  public var note: String

  /// Creates a data set from images that are in memory already.
  public init(name: String, train: LabeledImages, test: LabeledImages, note: String = "") {
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
    let train = try LabeledImages(
      images: files.trainImages, labels: files.trainLabels, classes: classes)
    let test = try LabeledImages(
      images: files.testImages, labels: files.testLabels, classes: train.classes)
    guard train.height == test.height, train.width == test.width else {
      throw FormatError.badData(
        "images of \(test.height)×\(test.width), but the training images are "
          + "\(train.height)×\(train.width)", file: files.testImages.path)
    }
    self.init(name: name, train: train, test: test, note: note)
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
      images: IDXFile(contentsOf: images), labels: IDXFile(contentsOf: labels), classes: classes,
      imagesFile: images.path, labelsFile: labels.path)
  }

  init(
    images: IDXFile, labels: IDXFile, classes: Int?, imagesFile: String, labelsFile: String
  ) throws {
    guard images.shape.count == 3 else {
      throw FormatError.badData(
        "shape \(images.shape), not the three dimensions of images", file: imagesFile)
    }
    guard labels.shape.count == 1 else {
      throw FormatError.badData(
        "shape \(labels.shape), not the one dimension of labels", file: labelsFile)
    }
    try self.init(
      height: images.shape[1], width: images.shape[2], pixels: images.bytes, labels: labels.bytes,
      classes: classes ?? Int(labels.bytes.max() ?? 0) + 1, imagesFile: imagesFile,
      labelsFile: labelsFile)
  }
}
