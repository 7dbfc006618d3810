/// The numbers of one step of Adam (Kingma and Ba, 2015, algorithm 1).
///
/// With g = gradientScale · gradient: m ← β₁m + (1 − β₁)g and v ← β₂v + (1 − β₂)g²; the parameter
/// then loses learningRate · (m/correction1) / (√(v/correction2) + ε).
///
/// An optimiser makes one for each update of a network, and the ascent of α-CROWN one for each
/// iteration; ``apply(to:first:second:gradient:)`` takes the step. The step's number is in the
/// corrections only, so this value knows nothing of a schedule.
package struct AdamStep: Sendable {
  /// The length of the step in units of the parameter, where the gradient is steady.
  package var learningRate: Float
  /// β₁, by which the mean of the gradient decays in each step; below 1.
  package var beta1: Float
  /// β₂, by which the mean of the gradient's square decays in each step; below 1.
  package var beta2: Float
  /// ε, which keeps the divisor above 0.
  package var epsilon: Float
  /// 1 − β₁ᵗ at step t, counted from 1: it undoes that the mean began at 0.
  package var correction1: Float
  /// 1 − β₂ᵗ at step t.
  package var correction2: Float
  /// A factor that multiplies the gradient first: below 1 where gradients are clipped, −1 to
  /// ascend.
  package var gradientScale: Float

  /// Takes the numbers as they are; nothing is checked.
  package init(
    learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, correction1: Float,
    correction2: Float, gradientScale: Float
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.correction1 = correction1
    self.correction2 = correction2
    self.gradientScale = gradientScale
  }
}
