import Foundation

/// A data set that is known by name.
public enum DatasetName: String, CaseIterable, Sendable {
  /// 8×8 optical digits, part of this library.
  case digits
  /// 28×28 handwritten digits.
  case mnist
  /// 28×28 pictures of clothes.
  case fashionMNIST = "fashion-mnist"
  /// 32×32 photographs of ten kinds of things.
  case cifar10
  /// One's own images: pictures in class folders, IDX files or `.npy` arrays in a folder to be named.
  case images

  /// Where the data come from and how they may be used, in one line.
  public var note: String {
    switch self {
    case .digits:
      "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, 1998, CC BY 4.0"
    case .mnist: "MNIST, Y. LeCun, C. Cortes and C. J. C. Burges, 1998, CC BY-SA 3.0"
    case .fashionMNIST: "Fashion-MNIST, H. Xiao, K. Rasul and R. Vollgraf, Zalando SE, 2017, MIT"
    case .cifar10: "CIFAR-10, A. Krizhevsky, 2009"
    case .images: "your own images, in the folder that you name"
    }
  }

  /// Where the files can be fetched, best first; empty for a set that is part of this library or
  /// has to be got by hand.
  public var addresses: [String] {
    switch self {
    case .digits, .cifar10, .images: []
    case .mnist:
      [
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
      ]
    case .fashionMNIST: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"]
    }
  }

  /// How a set is got that is not fetched, given the folder that it would be kept in.
  public func instructions(cache: URL?) -> String? {
    switch self {
    case .cifar10:
      "get cifar-10-binary.tar.gz (MD5 c32a1d4ab5d03f1284b67883e8d87530) from "
        + "https://www.cs.toronto.edu/~kriz/cifar.html and unpack it in "
        + (cache?.path ?? "a folder that --data names")
    case .images: "name a folder with data: FOLDER in the recipe, or --data FOLDER"
    default: nil
    }
  }

  /// The operating system's package of the set, where there is one.
  var systemPackage: String? { self == .fashionMNIST ? "dataset-fashion-mnist" : nil }

  /// What the unpacked file must be when it comes over the network.
  func digest(of part: DatasetPart) -> DatasetFetcher.Digest? {
    switch (self, part) {
    case (.digits, _), (.cifar10, _), (.images, _): nil
    case (.mnist, .trainImages):
      (47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db")
    case (.mnist, .trainLabels):
      (60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5")
    case (.mnist, .testImages):
      (7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7")
    case (.mnist, .testLabels):
      (10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")
    case (.fashionMNIST, .trainImages):
      (47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888")
    case (.fashionMNIST, .trainLabels):
      (60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9")
    case (.fashionMNIST, .testImages):
      (7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b")
    case (.fashionMNIST, .testLabels):
      (10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34")
    }
  }
}

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
