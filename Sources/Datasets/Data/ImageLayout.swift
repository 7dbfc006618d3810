import Formats

/// Which axis of an array of images is that of the channels.
public enum ImageLayout: String, CaseIterable, Sendable {
  /// [count, height, width, channels], as NumPy, TensorFlow and Keras have it.
  case channelsLast = "channels-last"
  /// [count, channels, height, width], as PyTorch has it.
  case channelsFirst = "channels-first"

  /// The layout of images of shape [count, a, b, c] by the axis that has 1 or 3 values, in doubt
  /// by the one that leaves square images; nil where that does not decide.
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

  /// The height, width and channels of images of shape [count, height, width] or with channels.
  ///
  /// - Parameter given: The layout, where someone says it.
  /// Throws ``FormatError`` of kind `badData` for other shapes, and where nothing says which axis
  /// is that of the channels.
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

  /// Pixels of images of this layout as [count, height, width, channels].
  func channelsLast(_ pixels: [UInt8], height: Int, width: Int, channels: Int) -> [UInt8] {
    guard self == .channelsFirst, channels > 1 else { return pixels }
    let plane = height * width
    let size = plane * channels
    return [UInt8](unsafeUninitializedCapacity: pixels.count) { buffer, filled in
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
