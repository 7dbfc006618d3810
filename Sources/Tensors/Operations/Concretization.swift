/// Returns what a bias adds to the constants of forms over an affine map's output: [batch, rows,
/// positions × channels] and [channels] → [batch, rows].
///
/// A form Λ·y with y = Wx + b is Λ·Wx + Λ·b, and a convolution has the same b at every position. So
/// the gain is Σ over positions and channels of Λ · bias.
package func formBias(_ form: Tensor, _ bias: Tensor) -> Tensor {
  let (device, f, b) = (form.device, form.array, bias.array)
  return recordedTerms(device.forms.biasTerm(f, b), from: [form, bias]) { gradient in
    let add = { (sum: inout DeviceArray) in device.forms.addBias(b, times: gradient, to: &sum) }
    let make = {
      var spread = f.zeros
      add(&spread)
      return spread
    }
    let dForm: GradientTerm? = form.isTracked ? .addition(make: make, add: add) : nil
    guard bias.isTracked else { return [dForm, nil] }
    let rows = gradient.count
    let weighted = device.matrices.product(
      gradient.viewed(as: [1, rows]), f.viewed(as: [rows, f.shape[2]]))
    let perChannel = device.matrices.columnSums(
      weighted.viewed(as: [weighted.count / b.count, b.count]))
    return [dForm, .value(perChannel.viewed(as: b.shape))]
  }
}

/// Returns the least values of forms Λ·x over boxes: Λ·center − |Λ|·radius, [batch, rows].
///
/// This ends a backward pass: what was a function of the input becomes a number for each row.
/// Gradients flow to the form and to the box. The bound is the exact minimum in real arithmetic;
/// sums are in Float.
///
/// - Parameters:
///   - form: Λ, [batch or 1, rows, n]; a first extent of 1 is a form that all examples share.
///   - center: The boxes' centres, [batch, n], as their radii.
package func concretized(_ form: Tensor, center: Tensor, radius: Tensor) -> Tensor {
  let kernels = form.device.forms
  let form = form.isTracked ? separated(form, batch: center.shape[0]) : form
  let (f, c, r) = (form.array, center.array, radius.array)
  let output = kernels.lowerBounds(f, center: c, radius: r)
  return recorded(output, from: [form, center, radius]) { gradient in
    let dForm =
      form.isTracked ? kernels.boxFormGradient(f, center: c, radius: r, gradient) : nil
    guard center.isTracked || radius.isTracked else { return [dForm, nil, nil] }
    let d = kernels.boxGradients(f, gradient, shape: c.shape)
    return [dForm, d.center, d.radius]
  }
}

/// Returns the least values of forms Λ·x over balls of radius ε: Λ·center − ε·‖Λ‖ in the dual norm,
/// [batch, rows].
///
/// - Parameters:
///   - form: Λ, [batch or 1, rows, n].
///   - center: The balls' centres, [batch, n].
///   - epsilon: The radius ε of the balls, in the units of the centres.
///   - dual: The norm dual to that of the balls.
package func concretized(
  _ form: Tensor, center: Tensor, epsilon: Float, dual: DualNorm
) -> Tensor {
  let kernels = form.device.forms
  let form = form.isTracked ? separated(form, batch: center.shape[0]) : form
  let (f, c) = (form.array, center.array)
  let output = kernels.lowerBounds(f, center: c, epsilon: epsilon, dual: dual)
  return recorded(output, from: [form, center]) { gradient in
    let dForm =
      form.isTracked
      ? kernels.ballFormGradient(f, center: c, epsilon: epsilon, dual: dual, gradient) : nil
    guard center.isTracked else { return [dForm, nil] }
    return [dForm, kernels.boxGradients(f, gradient, shape: c.shape).center]
  }
}

/// Returns weighted sums of the rows of forms: weights [batch, rows], forms [batch or 1, rows, n] →
/// [batch, 1, n].
///
/// With weights that are not negative, as those of loss fusion, the sum of lower bounds is a lower
/// bound of the sum.
package func combinedRows(_ form: Tensor, weights: Tensor) -> Tensor {
  let kernels = form.device.forms
  let form = form.isTracked ? separated(form, batch: weights.shape[0]) : form
  let (f, w) = (form.array, weights.array)
  return recorded(kernels.combinedRows(f, weights: w), from: [form, weights]) { gradient in
    [
      form.isTracked ? kernels.combinedRowsFormGradient(f, weights: w, gradient) : nil,
      weights.isTracked ? kernels.combinedRowsWeightGradient(f, gradient) : nil,
    ]
  }
}
