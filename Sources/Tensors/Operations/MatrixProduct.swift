/// Returns a fully connected layer, x · Wᵀ + b: [N, in] with [out, in] and [out] → [N, out].
package func linear(_ x: Tensor, weight: Tensor, bias: Tensor? = nil) -> Tensor {
  let (kernels, array, w) = (x.device.matrices, x.array, weight.array)
  let output = kernels.product(
    array, w, transposeA: false, transposeB: true, plusRow: bias?.array)
  return recordedTerms(output, from: [x, weight] + (bias.map { [$0] } ?? [])) { gradient in
    let dx = x.isTracked ? kernels.product(gradient, w).viewed(as: array.shape) : nil
    return [
      dx.map(GradientTerm.value),
      weight.isTracked ? .transposedProduct(gradient, array) : nil,
      bias?.isTracked == true ? .value(kernels.columnSums(gradient)) : nil,
    ]
  }
}

/// Returns the matrix product of all leading axes of `a` with a matrix `b`: […, k] · [k, n] → […,
/// n].
///
/// It turns a form Λ over the output of a layer W into the form Λ·W over the layer's input.
package func matrixProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (kernels, x, y) = (a.device.matrices, a.array, b.array)
  let output = kernels.product(x, y).viewed(as: x.shape.dropLast() + [y.shape[1]])
  return recordedTerms(output, from: [a, b]) { gradient in
    [
      a.isTracked
        ? .value(kernels.product(gradient, y, transposeB: true).viewed(as: x.shape)) : nil,
      b.isTracked ? .transposedProduct(x, gradient) : nil,
    ]
  }
}

extension GradientTerm {
  /// The product aᵀ · b, which the library can add to a sum as it computes it.
  fileprivate static func transposedProduct(_ a: DeviceArray, _ b: DeviceArray) -> GradientTerm {
    let kernels = a.device.matrices
    return .addition(
      make: { kernels.product(a, b, transposeA: true) },
      add: { kernels.addProduct(a, b, transposeA: true, transposeB: false, to: &$0) })
  }
}
