extension Tensor {
  /// Images of bytes 0…255 as floats 0…1: the given ones of a collection stored one after another.
  ///
  /// - Returns: [indices.count, …shape].
  public init(bytes: [UInt8], rows indices: some Collection<Int>, shape: [Int]) {
    let size = Tensor.count(of: shape)
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

  /// The index of the largest entry of each row (the first of several); −1 where a row holds NaN.
  public var argmaxOfRows: [Int] {
    precondition(shape.count == 2, "rows of shape \(shape)")
    let columns = shape[1]
    return withUnsafeScalars { scalars in
      (0..<shape[0]).map { row in
        var best = 0
        for j in 0..<columns {
          let value = scalars[row * columns + j]
          if value.isNaN { return -1 }
          if value > scalars[row * columns + best] { best = j }
        }
        return best
      }
    }
  }

  /// The smallest entry of each row of lower bounds; NaN where a row holds NaN or ∞, which bound
  /// nothing.
  public var minimumOfRows: [Float] {
    precondition(shape.count == 2, "rows of shape \(shape)")
    let columns = shape[1]
    return withUnsafeScalars { scalars in
      (0..<shape[0]).map { row in
        var least = Float.infinity
        for j in 0..<columns {
          let value = scalars[row * columns + j]
          if value.isNaN || value == .infinity { return .nan }
          least = Swift.min(least, value)
        }
        return least
      }
    }
  }
}
