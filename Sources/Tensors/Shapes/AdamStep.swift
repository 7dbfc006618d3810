/// The numbers of one step of Adam (Kingma and Ba, 2015, algorithm 1).
package struct AdamStep: Sendable {
  package var learningRate: Float
  package var beta1: Float
  package var beta2: Float
  package var epsilon: Float
  /// 1 − β₁ᵗ and 1 − β₂ᵗ at this step.
  package var correction1: Float
  package var correction2: Float
  /// Multiplies the gradient first (gradient clipping).
  package var gradientScale: Float

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
