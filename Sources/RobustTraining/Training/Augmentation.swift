import Datasets
import Tensors

/// Random changes of training images, which make a network insensitive to them and a small data set
/// larger.
///
/// An image is cut out of a padded copy of itself at a random place, then mirrored or not. Both are
/// done on its bytes, before they become pixels in [0, 1]: the perturbation set of a step is around
/// the changed image. Held-out and test images are never changed.
///
/// The change of an image is a function of the seed, the epoch and the image's index, not of a
/// stream that passes from image to image. So neither the number of threads nor the parts of a
/// batch nor a resumption changes it.
public struct Augmentation: Sendable, Equatable {
  /// What lies beyond the border of an image that is padded.
  public enum Fill: String, CaseIterable, Sendable {
    /// Black: the byte 0.
    case zero
    /// The nearest pixel of the image.
    case edge
  }

  /// Whether an image is mirrored left to right, with probability one half in each epoch.
  public var flip: Bool
  /// The number of pixels added on each side, before a part of the old size is cut out at a random
  /// place; 0 for none.
  public var crop: Int
  /// What the added pixels are.
  public var fill: Fill

  /// Creates a set of changes; by default it changes nothing.
  public init(flip: Bool = false, crop: Int = 0, fill: Fill = .zero) {
    self.flip = flip
    self.crop = crop
    self.fill = fill
  }

  /// The numbers of pixels that may be added on each side.
  package static let cropLimits = 0...4096

  /// Checks the padding.
  ///
  /// - Throws: ``InvalidValue`` for a number of pixels out of range.
  package func validate() throws(InvalidValue) {
    try InvalidValue.check("padding of images", crop, in: Self.cropLimits)
  }

  /// Whether no image is changed, so that batches can be read as they are.
  package var isIdentity: Bool { !flip && crop == 0 }

  /// What chance decides for one image in one epoch.
  struct Draw: Equatable {
    /// Whether the part that was cut out is mirrored left to right.
    var isFlipped: Bool
    /// The row where the part that is cut out begins, relative to the image: −crop...crop. The
    /// mirror comes after the cut.
    var top: Int
    /// The column where that part begins, relative to the image: −crop...crop.
    var left: Int
  }

  /// Draws the change of an example in an epoch: a function of the arguments alone.
  ///
  /// - Parameter example: The example's index in the data, not its place in a batch.
  func draw(seed: UInt64, epoch: Int, example: Int) -> Draw {
    var random = RandomSource(
      seed: seed, purpose: "augmentation", index: epoch &* (1 << 32) &+ example)
    return Draw(
      isFlipped: flip && Bool.random(using: &random),
      top: Int.random(in: -crop...crop, using: &random),
      left: Int.random(in: -crop...crop, using: &random))
  }

  /// Returns changed copies of some examples.
  ///
  /// - Parameters:
  ///   - indices: Indices of the examples in `data`.
  ///   - epoch: The epoch from 0.
  /// - Returns: The bytes of the images one after another, each [height, width, channels]
  ///   row-major.
  func pixels(of data: LabeledImages, _ indices: [Int], seed: UInt64, epoch: Int) -> [UInt8] {
    let size = data.imageSize
    return [UInt8](unsafeUninitializedCapacity: indices.count * size) { out, filled in
      data.pixels.withUnsafeBufferPointer { pixels in
        for (number, index) in indices.enumerated() {
          write(
            draw(seed: seed, epoch: epoch, example: index), data,
            from: UnsafeBufferPointer(rebasing: pixels[(index * size)..<((index + 1) * size)]),
            to: UnsafeMutableBufferPointer(rebasing: out[(number * size)..<((number + 1) * size)]))
        }
      }
      filled = indices.count * size
    }
  }

  /// Writes one changed image: for each of its pixels the one of the source that comes to stand
  /// there.
  private func write(
    _ draw: Draw, _ data: LabeledImages, from source: UnsafeBufferPointer<UInt8>,
    to out: UnsafeMutableBufferPointer<UInt8>
  ) {
    let (height, width, channels) = (data.height, data.width, data.channels)
    for row in 0..<height {
      for column in 0..<width {
        let to = (row * width + column) * channels
        var (y, x) = (row + draw.top, (draw.isFlipped ? width - 1 - column : column) + draw.left)
        // What is outside is clamped to the border, so that the read below is within the image for
        // either fill.
        let isInside = 0..<height ~= y && 0..<width ~= x
        (y, x) = (min(max(y, 0), height - 1), min(max(x, 0), width - 1))
        for channel in 0..<channels {
          let value = source[(y * width + x) * channels + channel]
          out.initializeElement(at: to + channel, to: isInside || fill == .edge ? value : 0)
        }
      }
    }
  }
}
