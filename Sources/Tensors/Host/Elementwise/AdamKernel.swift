import CKernels

/// One step of Adam (Kingma and Ba, 2015, algorithm 1) on one tensor, in place.
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

  /// Updates the parameter and both moments, all of the gradient's shape.
  public func apply(
    to parameter: inout Tensor, first: inout Tensor, second: inout Tensor, gradient: Tensor
  ) {
    precondition(
      parameter.count == gradient.count && first.count == gradient.count
        && second.count == gradient.count, "Adam on tensors of different sizes")
    let g = gradient.pointer
    let (rate, root) = (learningRate / correction1, correction2.squareRoot())
    let (b1, b2, scale, eps) = (beta1, beta2, gradientScale, epsilon)
    parameter.withUnsafeMutableScalars { parameter in
      first.withUnsafeMutableScalars { first in
        second.withUnsafeMutableScalars { second in
          let (p, m, v) = (parameter.baseAddress!, first.baseAddress!, second.baseAddress!)
          parallelRanges(gradient.count, work: 4 * gradient.count) { range in
            let i = range.lowerBound
            ck_adam(p + i, m + i, v + i, g + i, scale, b1, b2, rate, root, eps, range.count)
          }
        }
      }
    }
    keepAlive(gradient)
  }
}
