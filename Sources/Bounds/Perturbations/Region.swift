import Tensors

/// A set that holds a layer's values for every allowed input, one per example of a batch.
public enum Region: Sendable {
  case box(Interval)
  case ball(NormBall)

  /// [batch, …shape].
  var center: Tensor {
    switch self {
    case .box(let interval): interval.center
    case .ball(let ball): ball.center
    }
  }

  /// The number of examples.
  public var batch: Int { center.shape[0] }

  /// The smallest box around it.
  public var box: Interval {
    switch self {
    case .box(let interval): interval
    case .ball(let ball): ball.box
    }
  }
}

/// Boxes in centre and radius form, both [batch, …shape].
public struct Interval: Sendable {
  public var center: Tensor
  public var radius: Tensor

  public init(center: Tensor, radius: Tensor) {
    precondition(center.shape == radius.shape, "centre and radius of different shapes")
    self.center = center
    self.radius = radius
  }

  /// The ends as centre ∓ radius.
  public init(lower: Tensor, upper: Tensor) {
    self.init(center: (lower + upper) * 0.5, radius: (upper - lower) * 0.5)
  }

  public var lower: Tensor { center - radius }
  public var upper: Tensor { center + radius }
}

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

extension Perturbation {
  /// The sets around a batch of inputs.
  ///
  /// For an ℓ∞ box within a domain: lower = max(x − ε, 0), upper = min(x + ε, 1). An input
  /// outside the domain gets an empty box turned to NaN, which no method certifies. For ℓ2 and ℓ1
  /// it is the ball, whatever the domain.
  public func region(around inputs: Tensor) -> Region {
    switch norm {
    case .linf:
      guard let domain else {
        return .box(
          Interval(center: inputs, radius: Tensor(shape: inputs.shape, repeating: epsilon)))
      }
      let box = boxAround(inputs, epsilon: epsilon, domain: domain)
      return .box(Interval(center: box.center, radius: box.radius))
    case .l2, .l1:
      return .ball(
        NormBall(
          center: inputs, epsilon: epsilon, dual: norm == .l2 ? .two : .infinity,
          scale: Tensor(shape: [inputs.shape.last ?? 1], repeating: 1)))
    }
  }
}
