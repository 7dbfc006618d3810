/// The numbers of one step of Adam (Kingma and Ba, 2015, algorithm 1).
public struct AdamStep: Sendable {
  public var learningRate: Float
  public var beta1: Float
  public var beta2: Float
  public var epsilon: Float
  /// 1 − β₁ᵗ and 1 − β₂ᵗ at this step.
  public var correction1: Float
  public var correction2: Float
  /// Multiplies the gradient first (gradient clipping).
  public var gradientScale: Float

  public init(
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
