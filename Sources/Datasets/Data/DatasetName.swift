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
  /// One's own images: pictures in class folders, IDX files or `.npy` arrays in a folder to be
  /// named.
  case images

  /// Where the data come from and how they may be used, in one line.
  package var note: String {
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
  /// one's own.
  package var addresses: [String] {
    switch self {
    case .digits, .images: []
    case .mnist:
      [
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
      ]
    case .fashionMNIST: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"]
    case .cifar10: ["https://www.cs.toronto.edu/~kriz/"]
    }
  }

  /// The operating system's package of the set, where there is one.
  var systemPackage: String? { self == .fashionMNIST ? "dataset-fashion-mnist" : nil }
}
