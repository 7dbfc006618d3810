/// A linear upper bound of Σ exp(−m) over an interval of margins (loss fusion, Xu et al. 2020):
/// Σ exp(−m − shift) ≤ intercept − Σ weight·m wherever lower ≤ m ≤ upper.
package struct SumExpBound: Sendable {
  /// [batch, rows], non-negative.
  package let weight: Tensor
  /// [batch, 1].
  package let intercept: Tensor
  /// What the device keeps of the shift of each example.
  let shift: any Residual
}

/// The chords of exp on the interval [lower, upper] of each margin, both [batch, rows].
package func sumExpBound(lower: Tensor, upper: Tensor) -> SumExpBound {
  let (kernels, l, u) = (lower.device.losses, lower.array, upper.array)
  let chord = kernels.expChords(l, u)
  let outputs = recorded([chord.weight, chord.intercept], from: [lower, upper]) { gradients in
    let d = kernels.expChordsGradient(
      l, u, shift: chord.shift, weight: gradients[0], intercept: gradients[1])
    return [d.lower, d.upper]
  }
  return SumExpBound(weight: outputs[0], intercept: outputs[1], shift: chord.shift)
}

/// The fused robust loss, mean of log(1 + β·S + (1 − β)·T), with S the linear bound of
/// Σ exp(−m) and T its interval bound Σ exp(−lower).
///
/// - Parameters:
///   - form: Lower bounds of Σ weight·m, [batch, 1].
///   - lower: Interval lower bounds of the margins, [batch, rows].
package func fusedCrossEntropy(
  form: Tensor, bound: SumExpBound, lower: Tensor, beta: Float
) -> Tensor {
  let output = form.device.losses.fusedCrossEntropy(
    form: form.array, intercept: bound.intercept.array, lower: lower.array, shift: bound.shift,
    beta: beta)
  return recorded(output.loss, from: [form, bound.intercept, lower]) { gradient in
    [output.form, output.intercept, output.lower].map { $0.times(gradient.scalar) }
  }
}
