/// The given rows of the first axis, in that order.
public func selectedRows(_ x: Tensor, at indices: [Int]) -> Tensor {
  let shape = x.shape
  return recorded(x.rows(at: indices), from: [x]) { gradient in
    var sum = Tensor.zeros(shape)
    let size = gradient.count / max(indices.count, 1)
    sum.withUnsafeMutableScalars { sum in
      gradient.withUnsafeScalars { gradient in
        for (row, index) in indices.enumerated() {
          for i in 0..<size { sum[index * size + i] += gradient[row * size + i] }
        }
      }
    }
    return [sum]
  }
}
