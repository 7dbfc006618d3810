import Formats

/// Images of one size with one label each.
public struct LabeledImages: Equatable, Sendable {
  /// The number of images.
  public var count: Int { labels.count }
  /// The height of an image in pixels.
  public let height: Int
  /// The width of an image in pixels.
  public let width: Int
  /// The number of values per pixel: 1 for grey, 3 for colours.
  public let channels: Int
  /// All pixels, 0...255, with shape [count, height, width, channels].
  public let pixels: [UInt8]
  /// The label of each image, less than `classes`.
  public let labels: [UInt8]
  /// The number of classes.
  public let classes: Int

  /// The number of values per image.
  package var imageSize: Int { height * width * channels }

  /// Creates a set of images; `imagesFile` and `labelsFile` are the names used in errors.
  ///
  /// Throws ``FormatError`` of kind `badData` where there are no images or classes, where sizes or
  /// counts do not fit each other, and where a label is not below `classes`.
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

  private static func imageSize(_ lengths: [Int], _ file: String) throws -> Int {
    // The bound keeps the product far from overflow.
    guard lengths.allSatisfy({ (1...65_536).contains($0) }) else {
      let text = lengths.map(String.init).joined(separator: "×")
      throw FormatError.badData("images of \(text) cannot be read", file: file)
    }
    return lengths.reduce(1, *)
  }

  /// The images with indices in `range`, which must lie within `0..<count`.
  public subscript(range: Range<Int>) -> LabeledImages {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "no such images: \(range)")
    let part = (range.lowerBound * imageSize)..<(range.upperBound * imageSize)
    return LabeledImages(
      height, width, channels, Array(pixels[part]), Array(labels[range]), classes)
  }

  /// The first images, all where there are no more than `length`.
  public func prefix(_ length: Int) -> LabeledImages { self[0..<min(length, count)] }

  /// The values of one image, with shape [height, width, channels].
  package func image(_ index: Int) -> ArraySlice<UInt8> {
    pixels[(index * imageSize)..<((index + 1) * imageSize)]
  }
}
