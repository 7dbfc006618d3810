import Tensors

/// A set that holds a value of the network for every allowed input, one set for each example of a
/// batch.
///
/// It begins as the perturbation sets around inputs (``Perturbation/region(around:)``), or as the
/// boxes of a property, and passes forwards through the layers. Most layers know boxes only; a ball
/// stays a ball as long as layers only scale or move scalars, since the first matrix that mixes
/// them is bounded more tightly over the ball than over its box.
public enum Region: Sendable {
  /// Intervals, one for each scalar by itself.
  case box(Interval)
  /// Balls in ℓ2 or ℓ1, which couple the scalars.
  case ball(NormBall)

  /// The centres of the sets, [batch, …shape].
  package var center: Tensor {
    switch self {
    case .box(let interval): interval.center
    case .ball(let ball): ball.center
    }
  }

  /// The number of examples.
  public var batch: Int { center.shape[0] }

  /// The smallest boxes that hold the sets.
  public var box: Interval {
    switch self {
    case .box(let interval): interval
    case .ball(let ball): ball.box
    }
  }

  /// The smallest boxes that are known to hold the sets in spite of rounding.
  var outwardBox: Interval {
    switch self {
    case .box(let interval): interval
    case .ball(let ball): ball.outwardBox
    }
  }

  /// Returns the sets of some examples, in the order given.
  func rows(at indices: [Int]) -> Region {
    switch self {
    case .box(let box):
      return .box(
        Interval(center: box.center.rows(at: indices), radius: box.radius.rows(at: indices)))
    case .ball(var ball):
      ball.center = ball.center.rows(at: indices)
      ball.slack = ball.slack?.rows(at: indices)
      return .ball(ball)
    }
  }
}

extension Perturbation {
  /// Makes the sets around a batch of inputs.
  ///
  /// For an ℓ∞ box within a domain [low, high]: lower = max(x − ε, low), upper = min(x + ε, high).
  /// An input outside the domain by more than ε gets an empty box turned to NaN, which no method
  /// certifies. For ℓ2 and ℓ1 it is the ball, whatever the domain, so bounds hold for more inputs
  /// than are considered.
  ///
  /// In outward arithmetic ε is the next number above, since it may have been rounded from a decimal,
  /// and the sets also hold for what the inputs may be roundings of: a pixel k/255 is held as a
  /// real number, rounded, and as k times the rounded 1/255.
  ///
  /// - Parameters:
  ///   - inputs: [batch, …shape], in the units of ε; a constant where a domain is given, whose box
  ///     is not differentiable.
  ///   - arithmetic: Whether ends are rounded outwards.
  /// - Returns: Sets with centres of the inputs' shape.
  public func region(around inputs: Tensor, in arithmetic: Arithmetic = .certified) -> Region {
    arithmetic == .real ? realRegion(around: inputs) : outwardRegion(around: inputs)
  }

  /// Makes the sets in outward arithmetic.
  private func outwardRegion(around inputs: Tensor) -> Region {
    switch norm {
    case .linf:
      let box = outwardBox(
        around: inputs, epsilon: epsilon.nextUp, domain: domain ?? -Float.infinity...Float.infinity)
      return .box(Interval(center: box.center, radius: box.radius))
    case .l2, .l1:
      let slack = outwardRadius(
        center: inputs, radius: .zeros(inputs.shape), byRadius: 0, byCenter: 0x1p-22)
      return .ball(
        NormBall(
          center: inputs, epsilon: epsilon.nextUp, dual: norm == .l2 ? .two : .infinity,
          scale: Tensor(shape: [inputs.shape.last ?? 1], repeating: 1), slack: slack))
    }
  }

  /// Makes the sets in real arithmetic, as training takes them.
  private func realRegion(around inputs: Tensor) -> Region {
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
