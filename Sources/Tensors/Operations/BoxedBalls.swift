/// The sets {x : ‖x − c‖ₚ ≤ ε, low ≤ x ≤ high} around the rows c of a batch, for p = 1 and 2, with
/// the points of them that attacks need.
///
/// Attacks use it for ℓ1 and ℓ2 perturbations, so that the points they find do not leave the set by
/// rounding to Float. For ℓ∞ the set is a box, which ``boxBounds(_:epsilon:domain:)`` describes.
///
/// Points are computed in double precision and rounded towards the centre. A row whose centre is
/// not in the box has NaN for points. They are constants: tracked tensors are refused.
package struct BoxedBalls: Sendable {
  /// The p of the norm.
  package typealias Order = BallOrder

  /// Which norm the sets have.
  package let order: Order
  /// The centres, [rows, …shape]; one set for each row.
  package let center: Tensor
  /// The radius ε, in the units of the centres.
  package let epsilon: Float
  /// The box, the same for every coordinate, such as 0...1 for pixels; nil for no box.
  package let domain: ClosedRange<Float>?

  /// Describes the sets around the rows of a batch; nothing is computed.
  package init(
    _ order: Order, around center: Tensor, epsilon: Float, within domain: ClosedRange<Float>? = nil
  ) {
    (self.order, self.center, self.epsilon, self.domain) = (order, center, epsilon, domain)
  }

  /// Returns the point of each set that is nearest, in the Euclidean norm, to the same row of
  /// [rows, …shape]: the projection onto the sets.
  package func nearest(to points: Tensor) -> Tensor {
    Tensor(kernels.nearest(in: batch, to: operand(points, "nearest(to:)")))
  }

  /// Returns the point of each set with the least ⟨gradient, x⟩: where a loss would be least if it
  /// were linear.
  package func farthest(against gradient: Tensor) -> Tensor {
    Tensor(kernels.farthest(in: batch, against: operand(gradient, "farthest(against:)")))
  }

  /// Takes a step of steepest descent in ℓ1 from points of the sets, then returns the nearest
  /// points.
  ///
  /// - Parameters:
  ///   - points: Where the steps start, [rows, …shape].
  ///   - gradient: What the steps go against, of the same size.
  ///   - counts: The coordinates that share each row's step: those with the largest derivatives
  ///     that can move.
  ///   - lengths: The ℓ1 length of each row's step.
  /// - Precondition: There is one count and one length for each row.
  package func sparseStep(
    from points: Tensor, against gradient: Tensor, counts: [Int], lengths: [Float]
  ) -> Tensor {
    precondition(counts.count == center.shape[0] && lengths.count == counts.count, "rows differ")
    return Tensor(
      kernels.sparseStep(
        in: batch, from: operand(points, "sparseStep(from:)"),
        against: operand(gradient, "sparseStep(against:)"), counts: counts, lengths: lengths))
  }

  /// The kernels of the device that holds the centres.
  private var kernels: any BallKernels { center.device.balls }

  /// The sets as kernels take them.
  private var batch: BallBatch {
    BallBatch(
      order: order, center: center.constant(in: "BoxedBalls"), epsilon: epsilon,
      low: domain?.lowerBound ?? -.infinity, high: domain?.upperBound ?? .infinity)
  }

  /// Returns the array of a constant that has a scalar for each of the centres'.
  private func operand(_ tensor: Tensor, _ operation: StaticString) -> DeviceArray {
    precondition(tensor.count == center.count, "operands of different sizes")
    return tensor.constant(in: operation)
  }
}

extension Tensor {
  /// Returns each scalar moved towards the other tensor's until the distance, which is exact in
  /// Double, is at most ε. It is not differentiable.
  ///
  /// x + ε in Float may be rounded away from x; a unit in the last place then brings it back, and
  /// at most four are tried.
  package func drawn(to center: Tensor, within epsilon: Float) -> Tensor {
    let operands = (constant(in: "drawn(to:)"), center.constant(in: "drawn(to:)"))
    return Tensor(device.elementwise.zip(.drawn(epsilon: epsilon), operands.0, operands.1))
  }

  /// Returns each row of the first axis projected onto ‖·‖₂ ≤ ε, up to rounding to Float. Steps of
  /// attacks use it where no box limits the set; ``BoxedBalls`` rounds towards the centre. It is
  /// not differentiable.
  package func projectedRowsL2(epsilon: Float) -> Tensor {
    Tensor(
      device.balls.projectedRows(constant(in: "projectedRowsL2"), .two, epsilon: epsilon))
  }

  /// Returns each row of the first axis projected onto ‖·‖₁ ≤ ε, up to rounding. It is not
  /// differentiable.
  package func projectedRowsL1(epsilon: Float) -> Tensor {
    Tensor(
      device.balls.projectedRows(constant(in: "projectedRowsL1"), .one, epsilon: epsilon))
  }

  /// Each row of the first axis scaled to Euclidean norm 1; rows of zeros stay. It is not
  /// differentiable.
  package var unitRows: Tensor { Tensor(device.balls.unitRows(constant(in: "unitRows"))) }
}
