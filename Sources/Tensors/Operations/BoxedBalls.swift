/// The sets {x : ‖x − c‖ₚ ≤ ε, low ≤ x ≤ high} around the rows c of a batch, for p = 1 and 2, with
/// the points of them that attacks need.
///
/// Points are computed in double precision and rounded towards the centre. A row whose centre is
/// not in the box has NaN for points. They are constants: tracked tensors are refused.
package struct BoxedBalls: Sendable {
  /// The p of the norm.
  package typealias Order = BallOrder

  package let order: Order
  /// [rows, …shape].
  package let center: Tensor
  package let epsilon: Float
  /// The box, the same for every coordinate; nil for no box.
  package let domain: ClosedRange<Float>?

  package init(
    _ order: Order, around center: Tensor, epsilon: Float, within domain: ClosedRange<Float>? = nil
  ) {
    (self.order, self.center, self.epsilon, self.domain) = (order, center, epsilon, domain)
  }

  /// The nearest point (in the Euclidean norm) to each row of [rows, …shape].
  package func nearest(to points: Tensor) -> Tensor {
    Tensor(kernels.nearest(in: batch, to: operand(points, "nearest(to:)")))
  }

  /// The point of each set with the least ⟨gradient, x⟩.
  package func farthest(against gradient: Tensor) -> Tensor {
    Tensor(kernels.farthest(in: batch, against: operand(gradient, "farthest(against:)")))
  }

  /// A step of steepest descent in ℓ1 from points of the sets, then the nearest points.
  ///
  /// - Parameters:
  ///   - counts: The coordinates that share each row's step.
  ///   - lengths: The ℓ1 length of each row's step.
  package func sparseStep(
    from points: Tensor, against gradient: Tensor, counts: [Int], lengths: [Float]
  ) -> Tensor {
    precondition(counts.count == center.shape[0] && lengths.count == counts.count, "rows differ")
    return Tensor(
      kernels.sparseStep(
        in: batch, from: operand(points, "sparseStep(from:)"),
        against: operand(gradient, "sparseStep(against:)"), counts: counts, lengths: lengths))
  }

  private var kernels: any BallKernels { center.device.balls }

  private var batch: BallBatch {
    BallBatch(
      order: order, center: center.constant(in: "BoxedBalls"), epsilon: epsilon,
      low: domain?.lowerBound ?? -.infinity, high: domain?.upperBound ?? .infinity)
  }

  private func operand(_ tensor: Tensor, _ operation: StaticString) -> DeviceArray {
    precondition(tensor.count == center.count, "operands of different sizes")
    return tensor.constant(in: operation)
  }
}

extension Tensor {
  /// Each scalar moved towards the other tensor's until the exact distance is at most ε: by a unit
  /// in the last place where x + ε was rounded away from x. Not differentiable.
  package func drawn(to center: Tensor, within epsilon: Float) -> Tensor {
    let operands = (constant(in: "drawn(to:)"), center.constant(in: "drawn(to:)"))
    return Tensor(device.elementwise.zip(.drawn(epsilon: epsilon), operands.0, operands.1))
  }

  /// Each row of the first axis projected on ‖·‖₂ ≤ ε. Not differentiable.
  package func projectedRowsL2(epsilon: Float) -> Tensor {
    Tensor(
      device.balls.projectedRows(constant(in: "projectedRowsL2"), .two, epsilon: epsilon))
  }

  /// Each row of the first axis projected on ‖·‖₁ ≤ ε. Not differentiable.
  package func projectedRowsL1(epsilon: Float) -> Tensor {
    Tensor(
      device.balls.projectedRows(constant(in: "projectedRowsL1"), .one, epsilon: epsilon))
  }

  /// Each row of the first axis scaled to Euclidean norm 1; rows of zeros stay. Not differentiable.
  package var unitRows: Tensor { Tensor(device.balls.unitRows(constant(in: "unitRows"))) }
}
