extension Tensor {
  /// Creates a batch of images from bytes: the given ones of a collection that is stored one after
  /// another, their bytes 0…255 as floats 0…1. The result is [indices.count, …shape].
  ///
  /// A byte b becomes b · fl(1/255), which differs from b/255 by less than a unit in the last
  /// place; 255 becomes 1.
  ///
  /// - Parameters:
  ///   - bytes: All images, each `shape` in row-major order.
  ///   - indices: Which images become the rows, in that order; any of them may occur again.
  ///   - shape: The shape of one image, [height, width, channels].
  /// - Precondition: Every index has an image in `bytes`.
  package init(bytes: [UInt8], rows indices: some Collection<Int>, shape: [Int]) {
    let size = shape.reduce(1, *)
    self.init(shape: [indices.count] + shape) { out in
      bytes.withUnsafeBufferPointer { bytes in
        for (row, index) in indices.enumerated() {
          let source = UnsafeBufferPointer(rebasing: bytes[(index * size)..<((index + 1) * size)])
          let to = out + row * size
          for i in 0..<size { to[i] = Float(source[i]) * (1 / 255) }
        }
      }
    }
  }
}
