import CKernels

/// Loops over the rows of arrays, which are parts along the first axis, one number for each.
enum RowScalingKernel {
  /// Returns each row times its factor; it traps where their numbers differ.
  static func scaled(_ x: DeviceArray, _ factors: DeviceArray) -> DeviceArray {
    precondition(
      factors.shape == [x.shape[0]], "\(factors.shape) factors of the rows of \(x.shape)")
    let out = result(x.shape)
    let (from, f, rows) = (x.pointer, factors.pointer, factors.count)
    let size = x.count / max(rows, 1)
    parallelRanges(rows, work: x.count) { range in
      for row in range {
        let factor = f[row]
        for i in row * size..<(row + 1) * size { out.pointer[i] = from[i] * factor }
      }
    }
    keepAlive(x, factors)
    return out.array
  }

  /// Returns Σ x·y of each row, summed in Float.
  static func products(_ x: DeviceArray, _ y: DeviceArray) -> DeviceArray {
    let (rows, size) = (x.shape[0], x.count / max(x.shape[0], 1))
    let out = result([rows])
    let (a, b) = (x.pointer, y.pointer)
    parallelRanges(rows, work: x.count) { range in
      for row in range { out.pointer[row] = ck_dot(a + row * size, b + row * size, size) }
    }
    keepAlive(x, y)
    return out.array
  }
}
