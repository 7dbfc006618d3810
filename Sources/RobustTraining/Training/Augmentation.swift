import Datasets
import Tensors

/// Random changes of training images, on their bytes; held-out and test images are never changed.
public struct Augmentation: Sendable, Equatable {
  /// What is beyond the border of an image that is padded.
  public enum Fill: String, CaseIterable, Sendable {
    /// Black: the byte 0.
    case zero
    /// The nearest pixel of the image.
    case edge
  }

  /// Whether every second image, by chance, is mirrored left to right.
  public var flip: Bool
  /// Pixels added on each side before a part of the old size is cut out at random; 0 for none.
  public var crop: Int
  public var fill: Fill

  public init(flip: Bool = false, crop: Int = 0, fill: Fill = .zero) {
    self.flip = flip
    self.crop = crop
    self.fill = fill
  }

  /// Pixels that may be added on each side.
  package static let cropLimits = 0...4096

  /// - Throws: ``InvalidValue`` for a padding out of range.
  package func validate() throws(InvalidValue) {
    try InvalidValue.check("padding of images", crop, in: Self.cropLimits)
  }

  /// Whether it changes nothing.
  package var isIdentity: Bool { !flip && crop == 0 }

  /// What is done to one image.
  struct Draw: Equatable {
    var isFlipped: Bool
    /// Where the part that is cut out begins, relative to the image: −crop...crop. The mirror comes
    /// after the cut.
    var top: Int
    var left: Int
  }

  /// The change of an example in an epoch: a function of the arguments alone, so that neither the
  /// parts of a batch nor a resumption change it.
  func draw(seed: UInt64, epoch: Int, example: Int) -> Draw {
    var random = RandomSource(
      seed: seed, purpose: "augmentation", index: epoch &* (1 << 32) &+ example)
    return Draw(
      isFlipped: flip && Bool.random(using: &random),
      top: Int.random(in: -crop...crop, using: &random),
      left: Int.random(in: -crop...crop, using: &random))
  }

  /// Changed copies of some examples, one after another.
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

  private func write(
    _ draw: Draw, _ data: LabeledImages, from source: UnsafeBufferPointer<UInt8>,
    to out: UnsafeMutableBufferPointer<UInt8>
  ) {
    let (height, width, channels) = (data.height, data.width, data.channels)
    for row in 0..<height {
      for column in 0..<width {
        let to = (row * width + column) * channels
        var (y, x) = (row + draw.top, (draw.isFlipped ? width - 1 - column : column) + draw.left)
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
