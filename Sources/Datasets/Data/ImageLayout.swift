import Formats

/// The order of the axes in an array of images: whether the channels come last or first.
///
/// The package itself knows one order only, [count, height, width, channels]. A layout describes
/// NumPy arrays that a user brings, which are brought into that order when they are read. It is
/// usually recognised by the shape; the setting `images.layout` decides where the shape does not,
/// such as for images of 3×3 pixels with 3 channels.
public enum ImageLayout: String, CaseIterable, Sendable {
  /// [count, height, width, channels], the order of NumPy, TensorFlow and Keras, and of this
  /// package.
  case channelsLast = "channels-last"
  /// [count, channels, height, width], the order of PyTorch and ONNX.
  case channelsFirst = "channels-first"

  /// Recognises the layout of an array of shape [count, a, b, c], or returns nil where the shape
  /// does not decide.
  ///
  /// The channels are the axis with 1 or 3 values. Where both a and c qualify, the layout is the
  /// one under which the images are square, if only one of them does that. Where neither qualifies,
  /// an axis of at most 4 values is taken for the channels, if only one is so short: that reads
  /// images with 2 or 4 channels.
  ///
  /// - Precondition: `shape` has at least four elements.
  init?(of shape: [Int]) {
    let (first, middle, last) = (shape[1], shape[2], shape[3])
    let isFirst = first == 1 || first == 3
    let isLast = last == 1 || last == 3
    switch (isFirst, isLast) {
    case (true, false): self = .channelsFirst
    case (false, true): self = .channelsLast
    case (true, true) where (first == middle) != (middle == last):
      self = first == middle ? .channelsLast : .channelsFirst
    case (false, false) where (first <= 4) != (last <= 4):
      self = last <= 4 ? .channelsLast : .channelsFirst
    default: return nil
    }
  }

  /// Returns how an array of images is to be read: its layout and the size of its images.
  ///
  /// An array of three dimensions holds grey images, whatever `given` says; it counts as
  /// ``channelsLast`` with one channel.
  ///
  /// - Parameters:
  ///   - images: An array of shape [count, height, width], or of four dimensions in one of the
  ///     layouts.
  ///   - given: The layout, where the user or the other part of the data decides it; nil to
  ///     recognise it by the shape.
  /// - Throws: ``FormatError`` of kind `badData` for an array of fewer than three or more than four
  ///   dimensions, and where nothing says which axis is that of the channels.
  static func read(
    _ images: NumberArray, given: ImageLayout?
  ) throws -> (layout: ImageLayout, height: Int, width: Int, channels: Int) {
    let shape = images.shape
    guard (3...4).contains(shape.count) else { throw rankFailure(images) }
    guard shape.count == 4 else { return (.channelsLast, shape[1], shape[2], 1) }
    guard let layout = given ?? ImageLayout(of: shape) else {
      throw FormatError.badData(
        "shape \(shape) may be [count, height, width, channels] or [count, channels, height, "
          + "width]", file: images.file,
        remedy: "say which: `images.layout` channels-last or channels-first, in a recipe "
          + "images: { layout: channels-first }")
    }
    return layout == .channelsLast
      ? (layout, shape[1], shape[2], shape[3]) : (layout, shape[2], shape[3], shape[1])
  }

  /// Returns the error for an array of a wrong number of dimensions.
  ///
  /// For flattened images, of shape [count, n], the remedy is the NumPy expression that restores
  /// the rows; where n is a square number it names the side.
  private static func rankFailure(_ images: NumberArray) -> FormatError {
    var remedy: String?
    if images.shape.count == 2 {
      let side = Int(Double(images.shape[1]).squareRoot().rounded())
      remedy =
        side * side == images.shape[1]
        ? "save array.reshape(-1, \(side), \(side)), if that is their size"
        : "save array.reshape(-1, height, width)"
    }
    return FormatError.badData(
      "shape \(FormatError.shortened("\(images.shape)")), not [count, height, width] or "
        + "[count, height, width, channels]", file: images.file, remedy: remedy)
  }

  /// Brings the pixels of images of this layout into the order [count, height, width, channels].
  ///
  /// - Parameters:
  ///   - pixels: Whole images one after another, each with its axes in the order of this layout.
  ///   - height: The height of an image in pixels.
  ///   - width: The width of an image in pixels.
  ///   - channels: The number of values per pixel.
  /// - Returns: As many bytes as there are in `pixels`; the array itself where the order is the
  ///   same already.
  /// - Complexity: O(pixels.count).
  func channelsLast(_ pixels: [UInt8], height: Int, width: Int, channels: Int) -> [UInt8] {
    guard self == .channelsFirst, channels > 1 else { return pixels }
    let plane = height * width
    let size = plane * channels
    return [UInt8](unsafeUninitializedCapacity: pixels.count) { buffer, filled in
      // Images with a length of 0 have no pixels; a stride of 0 would trap.
      for image in stride(from: 0, to: pixels.count, by: max(size, 1)) {
        for place in 0..<plane {
          for channel in 0..<channels {
            buffer[image + place * channels + channel] = pixels[image + channel * plane + place]
          }
        }
      }
      filled = pixels.count
    }
  }
}
