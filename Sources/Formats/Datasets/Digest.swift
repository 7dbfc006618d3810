import Crypto

extension LabeledImages {
  /// The SHA-256 of shape, pixels and labels, in hexadecimal: what a training depends on.
  public var digest: String {
    var hash = SHA256()
    let shape = [count, height, width, channels, classes].map { UInt64($0).littleEndian }
    shape.withUnsafeBytes { hash.update(bufferPointer: $0) }
    pixels.withUnsafeBytes { hash.update(bufferPointer: $0) }
    labels.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return hash.finalize().hexadecimal
  }
}

extension SHA256Digest {
  var hexadecimal: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
