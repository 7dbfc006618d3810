/// A fully connected layer, x · Wᵀ + b: [N, in] with [out, in] and [out] → [N, out].
public func linear(_ x: Tensor, weight: Tensor, bias: Tensor? = nil) -> Tensor {
  let output = MatrixKernel.product(x, weight, transposeB: true, plusRow: bias)
  return recordedTerms(output, from: [x, weight] + (bias.map { [$0] } ?? [])) { gradient in
    let dx = x.isTracked ? MatrixKernel.product(gradient, weight).viewed(as: x.shape) : nil
    return [
      dx.map(GradientTerm.value),
      weight.isTracked ? .transposedProduct(gradient, x) : nil,
      bias?.isTracked == true ? .value(MatrixKernel.columnSums(gradient)) : nil,
    ]
  }
}

/// The matrix product of all leading axes of `a` with `b`: […, k] · [k, n] → […, n].
public func matrixProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
  let output = MatrixKernel.product(a, b).viewed(as: a.shape.dropLast() + [b.shape[1]])
  return recordedTerms(output, from: [a, b]) { gradient in
    [
      a.isTracked
        ? .value(MatrixKernel.product(gradient, b, transposeB: true).viewed(as: a.shape)) : nil,
      b.isTracked ? .transposedProduct(a, gradient) : nil,
    ]
  }
}

extension GradientTerm {
  /// aᵀ · b.
  fileprivate static func transposedProduct(_ a: Tensor, _ b: Tensor) -> GradientTerm {
    .addition(
      make: { MatrixKernel.product(a, b, transposeA: true) },
      add: { MatrixKernel.addProduct(a, b, transposeA: true, to: &$0) })
  }
}
