import Formats

extension LabeledImages {
  /// The SHA-256 of the shape, the pixels and the labels, in hexadecimal.
  ///
  /// It names the data that a training depends on. Checkpoints and model files record it: a
  /// checkpoint is refused on other data than its own, since other examples would be held out, and
  /// an evaluation warns where a model's data have changed since.
  ///
  /// What is hashed is five 64-bit integers in little-endian order (count, height, width, channels,
  /// classes), then all pixels, then all labels. Neither the file format nor the place of the data
  /// matters, so the same images give the same digest from IDX files as from arrays.
  ///
  /// - Complexity: O(``count`` · ``imageSize``), at every access.
  package var digest: String {
    let sum = SHA256Sum()
    // The shape goes first: without it, 28×28 and 14×56 pixels with the same bytes would be the
    // same data.
    let shape = [count, height, width, channels, classes].map { UInt64($0).littleEndian }
    shape.withUnsafeBytes { sum.update($0) }
    pixels.withUnsafeBytes { sum.update($0) }
    labels.withUnsafeBytes { sum.update($0) }
    return sum.hexadecimal()
  }
}
