/// A linear upper bound of Σ exp(−m) over an interval of margins (loss fusion, Xu et al. 2020): Σ
/// exp(−m − shift) ≤ intercept − Σ weight·m wherever lower ≤ m ≤ upper.
///
/// The robust cross-entropy of a batch needs one backward row for each wrong class. With this bound
/// it needs a single one: the row Σ weight·m. ``sumExpBound(lower:upper:)`` makes the bound, a
/// backward pass bounds the row from below, and ``fusedCrossEntropy(form:bound:lower:beta:)`` makes
/// the loss of both.
package struct SumExpBound: Sendable {
  /// The weights of the margins, [batch, rows], not negative: minus the slopes of the chords.
  package let weight: Tensor
  /// The sum of the chords' intercepts of each example, [batch, 1].
  package let intercept: Tensor
  /// What the device keeps of the shift of each example, max(0, −lower): with it no exponential
  /// overflows.
  let shift: any Residual
}

/// Bounds Σ exp(−m) by the chords of exp on the interval [lower, upper] of each margin, both
/// [batch, rows]. Gradients flow to both ends; the shift is a constant.
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

/// Returns the fused robust loss, the mean of log(1 + β·S + (1 − β)·T), with S the linear bound of
/// Σ exp(−m) and T its interval bound Σ exp(−lower).
///
/// At β = 0 it is ``marginCrossEntropy(_:)`` of the interval bounds.
///
/// - Parameters:
///   - form: Lower bounds of Σ weight·m, [batch, 1].
///   - bound: The chords whose weights the form has.
///   - lower: Interval lower bounds of the margins, [batch, rows].
///   - beta: The share β of the linear bound, from 0 to 1.
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
