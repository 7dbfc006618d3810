import Tensors

/// Boxes, an interval for each scalar: {x : |x − centre| ≤ radius}, centre and radius both [batch,
/// …shape].
///
/// Centre and radius suit affine layers, whose map of a box takes one product with the weights and
/// one with their absolute values. Activations that rise use the ends, centre ∓ radius.
public struct Interval: Sendable {
  /// The middle of each interval.
  public var center: Tensor
  /// Half the width of each interval; not negative, or NaN where nothing is known.
  public var radius: Tensor

  /// Makes boxes of centres and radii.
  ///
  /// - Precondition: Both have one shape.
  public init(center: Tensor, radius: Tensor) {
    precondition(center.shape == radius.shape, "centre and radius of different shapes")
    self.center = center
    self.radius = radius
  }

  /// Makes boxes of their ends, both [batch, …shape].
  ///
  /// Centre and radius are rounded to nearest, so that centre ∓ radius can lie inside the given ends
  /// by last bits; ``outward(lower:upper:)`` accounts for that.
  public init(lower: Tensor, upper: Tensor) {
    self.init(center: (lower + upper) * 0.5, radius: (upper - lower) * 0.5)
  }

  /// Makes boxes that hold all between two ends, both [batch, …shape], in spite of rounding.
  public static func outward(lower: Tensor, upper: Tensor) -> Interval {
    Interval(outwardInterval(lower: lower, upper: upper))
  }

  /// Makes boxes of what operations return.
  init(_ box: CenterAndRadius) { self.init(center: box.center, radius: box.radius) }

  /// Makes boxes that hold these and a tolerance around each scalar, in spite of rounding.
  ///
  /// - Parameter tolerance: Not negative, of the centre's shape.
  public func widened(by tolerance: Tensor) -> Interval {
    Interval(
      center: center,
      radius: outwardRadius(center: tolerance, radius: radius, byRadius: 1, byCenter: 1))
  }

  /// At least the magnitude of each scalar in the boxes, of the centre's shape.
  public var magnitude: Tensor {
    outwardRadius(center: center, radius: radius, byRadius: 1, byCenter: 1)
  }

  /// The lower ends, centre − radius.
  public var lower: Tensor { center - radius }
  /// The upper ends, centre + radius.
  public var upper: Tensor { center + radius }
}
