import Tensors

/// A set that holds a layer's values for every allowed input, one per example of a batch.
public enum Region: Sendable {
  case box(Interval)
  case ball(NormBall)

  /// [batch, …shape].
  package var center: Tensor {
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

  /// The sets of some examples.
  func rows(at indices: [Int]) -> Region {
    switch self {
    case .box(let box):
      return .box(
        Interval(center: box.center.rows(at: indices), radius: box.radius.rows(at: indices)))
    case .ball(var ball):
      ball.center = ball.center.rows(at: indices)
      return .ball(ball)
    }
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
