/// A fully connected layer, x · Wᵀ + b: [N, in] with [out, in] and [out] → [N, out].
public func linear(_ x: Tensor, weight: Tensor, bias: Tensor? = nil) -> Tensor {
  let output = MatrixKernel.product(x, weight, transposeB: true, plusRow: bias)
  return recorded(output, from: [x, weight] + (bias.map { [$0] } ?? [])) { gradient in
    let dx = x.isTracked ? MatrixKernel.product(gradient, weight).viewed(as: x.shape) : nil
    return [
      dx, weight.isTracked ? MatrixKernel.product(gradient, x, transposeA: true) : nil,
      bias?.isTracked == true ? MatrixKernel.columnSums(gradient) : nil,
    ]
  }
}

/// The matrix product of all leading axes of `a` with `b`: […, k] · [k, n] → […, n].
public func matrixProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
  let output = MatrixKernel.product(a, b).viewed(as: a.shape.dropLast() + [b.shape[1]])
  return recorded(output, from: [a, b]) { gradient in
    [
      a.isTracked ? MatrixKernel.product(gradient, b, transposeB: true).viewed(as: a.shape) : nil,
      b.isTracked ? MatrixKernel.product(a, gradient, transposeA: true) : nil,
    ]
  }
}
