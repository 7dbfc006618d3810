import Foundation

/// A data set that is known by name.
///
/// The raw value is what users write: in recipes (`dataset: mnist`), as an option's value, as the
/// name of the set's folder in the cache and below `$CROWNWORK_DATA`. A name decides where the
/// files are looked for and fetched from, in which form they are expected, and which settings a
/// recipe has by default.
///
/// ``images`` stands for any data that the user brings; it is the only name without a fixed shape
/// and a fixed number of classes.
public enum DatasetName: String, CaseIterable, Sendable {
  /// 1,797 optical digits of 8×8 grey pixels, ten classes. They are part of this library and need
  /// no files, which suits first experiments and tests.
  case digits
  /// MNIST: 60,000 training and 10,000 test images of handwritten digits, 28×28 grey pixels, ten
  /// classes.
  case mnist
  /// Fashion-MNIST: pictures of clothes, in the counts, shape and file format of MNIST.
  case fashionMNIST = "fashion-mnist"
  /// CIFAR-10: 50,000 training and 10,000 test photographs, 32×32 pixels in colour, ten classes of
  /// animals and vehicles.
  case cifar10
  /// The user's own images: pictures in class folders, IDX files or NumPy arrays, in a folder that
  /// has to be named.
  case images

  /// The set's title, authors, year and, where it is known, licence, in one line. ``Dataset/note``
  /// begins with it for data that were not found in a folder named by the user.
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

  /// The addresses below which the set's files are published, best first, each ending in a slash;
  /// empty for a set that is part of this library or the user's own.
  ///
  /// ``DatasetFetcher`` appends the name of a file and tries the addresses in this order until one
  /// gives a file with the right SHA-256. An address may therefore be plain HTTP.
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

  /// The Debian package that installs the set's files below `/usr/share/datasets`; nil where there
  /// is none. Errors mention it as a remedy.
  var systemPackage: String? { self == .fashionMNIST ? "dataset-fashion-mnist" : nil }
}
