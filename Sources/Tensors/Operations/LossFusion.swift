/// A linear upper bound of Σ exp(−m) over an interval of margins (loss fusion, Xu et al. 2020):
/// Σ exp(−m − shift) ≤ intercept − Σ weight·m wherever lower ≤ m ≤ upper.
public struct SumExpBound: Sendable {
  /// [batch, rows], non-negative.
  public let weight: Tensor
  /// [batch, 1].
  public let intercept: Tensor
  let shift: [Double]
}

/// The chords of exp on the interval [lower, upper] of each margin, both [batch, rows].
public func sumExpBound(lower: Tensor, upper: Tensor) -> SumExpBound {
  let chord = LossFusionKernel.chord(lower, upper)
  let outputs = recorded([chord.weight, chord.intercept], from: [lower, upper]) { gradients in
    let d = LossFusionKernel.chordBackward(
      lower, upper, shift: chord.shift, weight: gradients[0], intercept: gradients[1])
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
public func fusedCrossEntropy(
  form: Tensor, bound: SumExpBound, lower: Tensor, beta: Float
) -> Tensor {
  let output = LossFusionKernel.loss(
    form: form, intercept: bound.intercept, lower: lower, shift: bound.shift, beta: beta)
  return recorded(output.loss, from: [form, bound.intercept, lower]) { gradient in
    [output.form, output.intercept, output.lower].map { $0 * gradient.scalar }
  }
}
