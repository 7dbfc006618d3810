import CKernels

/// Loops over one or two tensors of the same shape. Memory-bound: each is one read of its operands
/// and one write.
enum ElementwiseKernel {
  /// A loop of CKernels over one tensor.
  static func unary(
    _ x: Tensor, _ loop: (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void
  ) -> Tensor {
    let out = result(x.shape)
    let (from, to) = (x.pointer, out.pointer)
    parallelRanges(x.count, work: x.count) { range in
      loop(from + range.lowerBound, to + range.lowerBound, range.count)
    }
    keepAlive(x)
    return out.tensor
  }

  /// A loop of CKernels over two tensors of the same size.
  static func binary(
    _ x: Tensor, _ y: Tensor,
    _ loop: (UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) ->
      Void
  ) -> Tensor {
    precondition(x.count == y.count, "shapes \(x.shape) and \(y.shape) differ")
    let out = result(x.shape)
    let (a, b, to) = (x.pointer, y.pointer, out.pointer)
    parallelRanges(x.count, work: x.count) { range in
      let i = range.lowerBound
      loop(a + i, b + i, to + i, range.count)
    }
    keepAlive(x, y)
    return out.tensor
  }

  @inline(__always)
  static func map(_ x: Tensor, _ body: (Float) -> Float) -> Tensor {
    let out = result(x.shape)
    let (from, to) = (x.pointer, out.pointer)
    parallelRanges(x.count, work: x.count) { range in
      for i in range { to[i] = body(from[i]) }
    }
    keepAlive(x)
    return out.tensor
  }

  @inline(__always)
  static func zip(_ x: Tensor, _ y: Tensor, _ body: (Float, Float) -> Float) -> Tensor {
    precondition(x.count == y.count, "shapes \(x.shape) and \(y.shape) differ")
    let out = result(x.shape)
    let (a, b, to) = (x.pointer, y.pointer, out.pointer)
    parallelRanges(x.count, work: x.count) { range in
      for i in range { to[i] = body(a[i], b[i]) }
    }
    keepAlive(x, y)
    return out.tensor
  }
}

extension Tensor {
  /// Adds `other` in place.
  mutating func accumulate(_ other: Tensor) {
    precondition(count == other.count, "shapes \(shape) and \(other.shape) differ")
    let from = other.pointer
    let count = self.count
    withUnsafeMutableScalars { scalars in
      let to = scalars.baseAddress!
      parallelRanges(count, work: count) { range in
        let i = range.lowerBound
        ck_accumulate(from + i, to + i, range.count)
      }
    }
    keepAlive(other)
  }
}

extension Tensor {
  /// Adds `other` · sign(x) in place.
  mutating func accumulate(_ other: Tensor, signedBy x: Tensor) {
    precondition(count == other.count && count == x.count, "sizes differ")
    let (from, signs) = (other.pointer, x.pointer)
    let count = self.count
    withUnsafeMutableScalars { scalars in
      let to = scalars.baseAddress!
      parallelRanges(count, work: count) { range in
        let i = range.lowerBound
        ck_accumulate_signed(signs + i, from + i, to + i, range.count)
      }
    }
    keepAlive(other, x)
  }
}

extension Tensor {
  /// Σ x², summed in Float over runs of 4096 and in Double over the runs.
  public var sumOfSquares: Double {
    let from = pointer
    defer { keepAlive(self) }
    return stride(from: 0, to: count, by: 4096).reduce(0.0) { total, start in
      total + Double(ck_dot(from + start, from + start, min(4096, count - start)))
    }
  }
}
