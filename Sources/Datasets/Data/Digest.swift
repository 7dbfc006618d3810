import Formats

extension LabeledImages {
  /// The SHA-256 of shape, pixels and labels, in hexadecimal: what a training depends on.
  package var digest: String {
    let sum = SHA256Sum()
    let shape = [count, height, width, channels, classes].map { UInt64($0).littleEndian }
    shape.withUnsafeBytes { sum.update($0) }
    pixels.withUnsafeBytes { sum.update($0) }
    labels.withUnsafeBytes { sum.update($0) }
    return sum.hexadecimal()
  }
}
