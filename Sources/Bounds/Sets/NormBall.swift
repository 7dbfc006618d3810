import Tensors

/// Balls {c + s∘δ : ‖δ‖_p ≤ ε} for p = 2 or 1, c of [batch, …shape], s one factor per channel.
///
/// They keep their form through reshaping and per-channel scaling; the first real affine map turns
/// them into boxes by the dual norm.
public struct NormBall: Sendable {
  public var center: Tensor
  public var epsilon: Float
  public var dual: DualNorm
  /// [channels] of the last axis.
  public var scale: Tensor

  /// |δ_i| ≤ ‖δ‖_p, so each coordinate moves by at most ε·s.
  var box: Interval {
    // A flattened image has its channels side by side.
    let channels = Tensor(shape: [center.count / scale.count, scale.count], repeating: epsilon)
    let radius = channelAffine(channels, scale: absolute(scale), shift: nil)
    return Interval(center: center, radius: radius.reshaped(center.shape))
  }

  /// The ball with each channel multiplied by a factor, around another centre.
  func scaled(by factors: Tensor, center: Tensor) -> NormBall {
    let own = scale.scalars
    var ball = self
    ball.center = center
    ball.scale = Tensor(
      shape: factors.shape, factors.scalars.enumerated().map { $1 * own[$0 % own.count] })
    return ball
  }
}
