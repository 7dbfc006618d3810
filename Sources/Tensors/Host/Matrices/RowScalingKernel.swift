import CKernels

/// Loops over the rows of tensors.
enum RowScalingKernel {
  static func scaled(_ x: Tensor, _ factors: Tensor) -> Tensor {
    precondition(
      factors.shape == [x.shape[0]], "\(factors.shape) factors of the rows of \(x.shape)")
    let out = result(x.shape)
    let (from, rows) = (x.pointer, factors.count)
    let size = x.count / max(rows, 1)
    factors.withUnsafeScalars { factors in
      parallelRanges(rows, work: x.count) { range in
        for row in range {
          let factor = factors[row]
          for i in row * size..<(row + 1) * size { out.pointer[i] = from[i] * factor }
        }
      }
    }
    keepAlive(x)
    return out.tensor
  }

  /// Σ x·y of each row.
  static func products(_ x: Tensor, _ y: Tensor) -> Tensor {
    let (rows, size) = (x.shape[0], x.count / max(x.shape[0], 1))
    let out = result([rows])
    let (a, b) = (x.pointer, y.pointer)
    parallelRanges(rows, work: x.count) { range in
      for row in range { out.pointer[row] = ck_dot(a + row * size, b + row * size, size) }
    }
    keepAlive(x, y)
    return out.tensor
  }
}
