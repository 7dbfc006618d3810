/// One of the four files of a data set in MNIST's form.
enum DatasetPart: String, CaseIterable, Sendable {
  case trainImages = "train-images"
  case trainLabels = "train-labels"
  case testImages = "t10k-images"
  case testLabels = "t10k-labels"

  private var suffix: String {
    switch self {
    case .trainImages, .testImages: "idx3-ubyte"
    case .trainLabels, .testLabels: "idx1-ubyte"
    }
  }

  /// The name under which the file is published and kept in the cache.
  var publishedName: String { "\(rawValue)-\(suffix).gz" }

  /// The names under which the file is found, best first.
  var names: [String] {
    ["-", "."].flatMap { ["\(rawValue)\($0)\(suffix).gz", "\(rawValue)\($0)\(suffix)"] }
  }
}
