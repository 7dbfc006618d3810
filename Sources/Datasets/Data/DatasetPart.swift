/// One of the four arrays that make up a data set: images or labels, for training or for testing.
///
/// The parts are the vocabulary in which files are matched with their roles: ``DatasetFiles`` finds
/// an IDX file for each, ``NPYFiles`` an array for each. The raw values are the beginnings of
/// MNIST's file names, where `t10k` ("test, ten thousand") stands for the test part.
///
/// The order of the cases is the order in which files are fetched, listed and reported as missing;
/// the test labels have to stay last, since ``DatasetSource/other(than:)`` looks them up by that.
enum DatasetPart: String, CaseIterable, Sendable {
  /// The images to train on.
  case trainImages = "train-images"
  /// The labels of the training images.
  case trainLabels = "train-labels"
  /// The images to test with.
  case testImages = "t10k-images"
  /// The labels of the test images.
  case testLabels = "t10k-labels"

  /// The end of the published file's name: IDX of three dimensions for images, of one for labels,
  /// in unsigned bytes.
  private var suffix: String {
    switch self {
    case .trainImages, .testImages: "idx3-ubyte"
    case .trainLabels, .testLabels: "idx1-ubyte"
    }
  }

  /// The name under which the file is published and kept in the cache, such as
  /// `t10k-labels-idx1-ubyte.gz`.
  var publishedName: String { "\(rawValue)-\(suffix).gz" }

  /// The names under which the file is found, best first: as published, unpacked, and both with a
  /// dot in place of the dash before `idx`, as some programs unpack it.
  var names: [String] {
    ["-", "."].flatMap { ["\(rawValue)\($0)\(suffix).gz", "\(rawValue)\($0)\(suffix)"] }
  }
}
