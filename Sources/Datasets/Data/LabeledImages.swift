import Formats

/// Images of one size, each with one label: one part of a data set.
///
/// ```swift
/// let images = try LabeledImages(height: 28, width: 28, pixels: pixels, labels: labels)
/// let (train, test) = (images[0..<900], images[900..<1000])
/// print(train.classCounts, test.classCounts)
/// ```
///
/// Pixels are kept as bytes, one after another in the order [count, height, width, channels], which
/// takes a quarter of the memory of floating-point numbers and leaves no doubt about the values: a
/// byte b stands for the number b/255. ``batch(_:)`` makes tensors of chosen examples.
///
/// Every value of this type is consistent, because its initializers check it: there is at least one
/// image, each image has a label, and every label is less than ``classes``. Subranges are the
/// exception to the first of these; an empty range gives a set without images.
public struct LabeledImages: Equatable, Sendable {
  /// The number of images.
  public var count: Int { labels.count }
  /// The height of an image in pixels.
  public let height: Int
  /// The width of an image in pixels.
  public let width: Int
  /// The number of values per pixel: 1 for grey, 3 for red, green and blue. Arrays may bring other
  /// numbers.
  public let channels: Int
  /// All pixels, 0...255, in row-major order with shape [count, height, width, channels].
  public let pixels: [UInt8]
  /// The label of each image: the number of its class, less than ``classes``.
  public let labels: [UInt8]
  /// The number of classes, 1...256, which is also the number of logits that a network for these
  /// images has.
  public let classes: Int

  /// The number of values per image: height · width · channels.
  package var imageSize: Int { height * width * channels }

  /// Creates a set of images from their bytes, after checking that they fit each other.
  ///
  /// - Parameters:
  ///   - height: The height of an image in pixels, 1...65536.
  ///   - width: The width of an image in pixels, 1...65536.
  ///   - channels: The number of values per pixel, 1...65536.
  ///   - pixels: All images one after another, of shape [labels.count, height, width, channels].
  ///   - labels: The class of each image.
  ///   - classes: The number of classes, 1...256; each label has to be less.
  ///   - imagesFile: What errors call the place that the pixels come from.
  ///   - labelsFile: What errors call the place that the labels come from.
  /// - Throws: `FormatError` of kind `badData` where there are no images, where sizes or counts
  ///   do not fit each other, where the number of classes is out of range, and where a label is not
  ///   less than `classes`; in the last case the error has the index of the label.
  public init(
    height: Int, width: Int, channels: Int = 1, pixels: [UInt8], labels: [UInt8],
    classes: Int = 10, imagesFile: String = "images", labelsFile: String = "labels"
  ) throws {
    let size = try Self.imageSize([height, width, channels], imagesFile)
    guard pixels.count.isMultiple(of: size) else {
      throw FormatError.badData(
        "\(pixels.count) values do not make whole images of \(height)×\(width)×\(channels)",
        file: imagesFile)
    }
    let count = pixels.count / size
    guard count == labels.count else {
      throw FormatError.badData(
        "\(labels.count) labels for the \(count) images of \(imagesFile)", file: labelsFile,
        remedy: "images and labels must come from the same set")
    }
    guard count > 0 else { throw FormatError.badData("holds no images", file: imagesFile) }
    guard (1...256).contains(classes) else {
      throw FormatError.badData("\(classes) classes, where 1 to 256 can be", file: labelsFile)
    }
    if let index = labels.firstIndex(where: { $0 >= classes }) {
      throw FormatError.badData(
        "is \(labels[index]), but the \(classes) classes are 0 to \(classes - 1)",
        file: labelsFile, at: .label(index))
    }
    self.init(height, width, channels, pixels, labels, classes)
  }

  /// Creates a set whose parts are known to fit each other.
  private init(
    _ height: Int, _ width: Int, _ channels: Int, _ pixels: [UInt8], _ labels: [UInt8],
    _ classes: Int
  ) {
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
    self.labels = labels
    self.classes = classes
  }

  /// Returns the number of values per image.
  ///
  /// - Throws: ``FormatError`` of kind `badData` for a length that is not in 1...65536.
  private static func imageSize(_ lengths: [Int], _ file: String) throws -> Int {
    // The bound keeps the product far from overflow.
    guard lengths.allSatisfy({ (1...65_536).contains($0) }) else {
      let text = lengths.map(String.init).joined(separator: "×")
      throw FormatError.badData("images of \(text) cannot be read", file: file)
    }
    return lengths.reduce(1, *)
  }

  /// The images with indices in `range`, as a set with the same number of classes.
  ///
  /// - Parameter range: The indices of the images, within `0..<count`.
  /// - Precondition: `range` lies within `0..<count`.
  /// - Complexity: O(range.count · `imageSize`), since the bytes are copied.
  public subscript(range: Range<Int>) -> LabeledImages {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "no such images: \(range)")
    let part = (range.lowerBound * imageSize)..<(range.upperBound * imageSize)
    return LabeledImages(
      height, width, channels, Array(pixels[part]), Array(labels[range]), classes)
  }

  /// Returns the first images, or all where there are no more than `length`.
  ///
  /// - Precondition: `length` is not negative.
  public func prefix(_ length: Int) -> LabeledImages { self[0..<min(length, count)] }

  /// Returns the values of one image, with shape [height, width, channels].
  ///
  /// The slice shares the storage of ``pixels``, and its indices are those of ``pixels``: they
  /// begin at `index * imageSize`, not at 0.
  ///
  /// - Precondition: `index` lies in `0..<count`.
  package func image(_ index: Int) -> ArraySlice<UInt8> {
    pixels[(index * imageSize)..<((index + 1) * imageSize)]
  }
}
