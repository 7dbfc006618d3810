extension Tensor {
  /// Images of bytes 0…255 as floats 0…1: the given ones of a collection stored one after another.
  ///
  /// - Returns: [indices.count, …shape].
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
