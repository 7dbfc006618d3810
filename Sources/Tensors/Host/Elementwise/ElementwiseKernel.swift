import CKernels

/// Loops over one or two tensors of the same shape. Memory-bound: each is one read of its operands
/// and one write.
///
/// Loops come in two kinds. `unary` and `binary` take a loop of CKernels, which is compiled for
/// several instruction sets. `map` and `zip` take a closure for one scalar, which is inlined into
/// the loop.
enum ElementwiseKernel {
  /// Runs a loop of CKernels over ranges of one tensor, into a new one of the same shape.
  static func unary(
    _ x: DeviceArray, _ loop: (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void
  ) -> DeviceArray {
    let out = result(x.shape)
    let (from, to) = (x.pointer, out.pointer)
    parallelRanges(x.count, work: x.count) { range in
      loop(from + range.lowerBound, to + range.lowerBound, range.count)
    }
    keepAlive(x)
    return out.array
  }

  /// Runs a loop of CKernels over ranges of two tensors of the same size, into a new one of the
  /// first one's shape.
  static func binary(
    _ x: DeviceArray, _ y: DeviceArray,
    _ loop: (UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) ->
      Void
  ) -> DeviceArray {
    precondition(x.count == y.count, "shapes \(x.shape) and \(y.shape) differ")
    let out = result(x.shape)
    let (a, b, to) = (x.pointer, y.pointer, out.pointer)
    parallelRanges(x.count, work: x.count) { range in
      let i = range.lowerBound
      loop(a + i, b + i, to + i, range.count)
    }
    keepAlive(x, y)
    return out.array
  }

  /// Returns what `body` makes of each scalar. It is always inlined, so that the loop holds no
  /// call.
  @inline(__always)
  static func map(_ x: DeviceArray, _ body: (Float) -> Float) -> DeviceArray {
    let out = result(x.shape)
    let (from, to) = (x.pointer, out.pointer)
    parallelRanges(x.count, work: x.count) { range in
      for i in range { to[i] = body(from[i]) }
    }
    keepAlive(x)
    return out.array
  }

  /// Returns what `body` makes of each two scalars at the same place. It is always inlined, so that
  /// the loop holds no call.
  @inline(__always)
  static func zip(_ x: DeviceArray, _ y: DeviceArray, _ body: (Float, Float) -> Float)
    -> DeviceArray
  {
    precondition(x.count == y.count, "shapes \(x.shape) and \(y.shape) differ")
    let out = result(x.shape)
    let (a, b, to) = (x.pointer, y.pointer, out.pointer)
    parallelRanges(x.count, work: x.count) { range in
      for i in range { to[i] = body(a[i], b[i]) }
    }
    keepAlive(x, y)
    return out.array
  }

  /// Adds `x` to a sum, in place.
  static func accumulate(_ x: DeviceArray, to sum: inout DeviceArray) {
    precondition(sum.count == x.count, "shapes \(sum.shape) and \(x.shape) differ")
    let (from, to) = (x.pointer, sum.ownPointer())
    parallelRanges(x.count, work: x.count) { range in
      let i = range.lowerBound
      ck_accumulate(from + i, to + i, range.count)
    }
    keepAlive(x, sum)
  }

  /// Adds `x` · sign(signs) to a sum, in place.
  static func accumulate(
    _ x: DeviceArray, signedBy signs: DeviceArray, to sum: inout DeviceArray
  ) {
    precondition(sum.count == x.count && sum.count == signs.count, "sizes differ")
    let (from, s, to) = (x.pointer, signs.pointer, sum.ownPointer())
    parallelRanges(x.count, work: x.count) { range in
      let i = range.lowerBound
      ck_accumulate_signed(s + i, from + i, to + i, range.count)
    }
    keepAlive(x, signs, sum)
  }

  /// Moves each scalar to the nearest one in [0, 1] and NaN to 0, in place.
  static func clampToUnitInterval(_ x: inout DeviceArray) {
    let start = x.ownPointer()
    parallelRanges(x.count, work: x.count) { range in
      ck_clamp_unit(start + range.lowerBound, range.count)
    }
    keepAlive(x)
  }

  /// Returns Σ x². Runs have a fixed length, so that the sum does not depend on the number of
  /// threads, and a run of 4096 terms loses little in Float.
  static func sumOfSquares(_ x: DeviceArray) -> Double {
    let from = x.pointer
    defer { keepAlive(x) }
    return stride(from: 0, to: x.count, by: 4096).reduce(0.0) { total, start in
      total + Double(ck_dot(from + start, from + start, min(4096, x.count - start)))
    }
  }
}
