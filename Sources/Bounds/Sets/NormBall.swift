import Tensors

/// Balls {c + s∘δ : ‖δ‖_p ≤ ε} for p = 2 or 1, one for each example, with a factor s for each
/// channel.
///
/// The factors begin as ones and take up normalisation, so ε stays in raw input units. Balls keep
/// their form through reshaping and per-channel scaling; the first layer that mixes scalars turns
/// them into boxes by the dual norm: the i-th scalar of W·x moves by at most ε·‖W_i∘s‖_q, 1/p + 1/q
/// = 1 (Hölder's inequality), and some δ moves it that far.
///
/// ``Perturbation/region(around:)`` makes them.
public struct NormBall: Sendable {
  /// c, [batch, …shape].
  public var center: Tensor
  /// ε, the same for all examples, in the units of the network's input.
  public var epsilon: Float
  /// The norm that bounds linear forms: q = 2 for a ball in ℓ2, q = ∞ for one in ℓ1.
  public var dual: DualNorm
  /// s, one factor for each channel of the last axis, [channels]; a constant. It may be negative,
  /// since only its size matters.
  public var scale: Tensor
  /// How far each coordinate may be beside the ball, [batch, …shape]: what rounding has added. nil
  /// for nothing, as in real arithmetic.
  var slack: Tensor?

  /// Makes balls of centres and a radius; ``Perturbation/region(around:)`` does.
  init(center: Tensor, epsilon: Float, dual: DualNorm, scale: Tensor, slack: Tensor? = nil) {
    (self.center, self.epsilon, self.dual) = (center, epsilon, dual)
    (self.scale, self.slack) = (scale, slack)
  }

  /// The smallest boxes around the balls: |δ_i| ≤ ‖δ‖_p, so each coordinate moves by at most ε·|s|.
  var box: Interval {
    // A flattened image has its channels side by side.
    let channels = Tensor(shape: [center.count / scale.count, scale.count], repeating: epsilon)
    let radius = channelAffine(channels, scale: absolute(scale), shift: nil)
    return Interval(center: center, radius: radius.reshaped(center.shape))
  }

  /// Boxes that hold the balls and their slack in spite of rounding.
  var outwardBox: Interval {
    let box = box
    return Interval(
      center: center,
      radius: outwardRadius(
        center: box.radius, radius: slack ?? .zeros(center.shape), byRadius: 1, byCenter: 1))
  }

  /// Returns the balls with each channel multiplied by a factor, around other centres.
  ///
  /// - Parameters:
  ///   - factors: [channels]. Where the ball has fewer channels, as behind a flatten, their factors
  ///     repeat.
  ///   - center: The centres after the map, [batch, …shape].
  func scaled(by factors: Tensor, center: Tensor) -> NormBall {
    let own = scale.scalars
    var ball = self
    ball.center = center
    ball.scale = Tensor(
      shape: factors.shape, factors.scalars.enumerated().map { $1 * own[$0 % own.count] })
    return ball
  }
}
