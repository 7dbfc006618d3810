/// The sets {x : ‖x − c‖ₚ ≤ ε, low ≤ x ≤ high} around the rows c of [rows, …].
package struct BallBatch: Sendable {
  package let order: BallOrder
  package let center: DeviceArray
  package let epsilon: Float
  /// The box, the same for every coordinate; infinite for no box.
  package let low, high: Float
}

/// Points of norm balls, row by row, for attacks. Gradients do not flow through them.
///
/// The points of a ``BallBatch`` are computed in Double and rounded towards the centre, so that no
/// distance grows; a row whose centre is not in the box has NaN for points.
package protocol BallKernels: Sendable {
  /// The nearest point, in the Euclidean norm, to each row of [rows, …].
  func nearest(in balls: BallBatch, to points: DeviceArray) -> DeviceArray

  /// The point of each set with the least ⟨gradient, x⟩.
  func farthest(in balls: BallBatch, against gradient: DeviceArray) -> DeviceArray

  /// A step of steepest descent in ℓ1 from points of the sets, of the given ℓ1 length and over so
  /// many coordinates in each row, then the nearest points.
  func sparseStep(
    in balls: BallBatch, from points: DeviceArray, against gradient: DeviceArray, counts: [Int],
    lengths: [Float]
  ) -> DeviceArray

  /// Each row of the first axis projected on ‖·‖₂ ≤ ε or ‖·‖₁ ≤ ε.
  func projectedRows(_ x: DeviceArray, _ order: BallOrder, epsilon: Float) -> DeviceArray

  /// Each row of the first axis scaled to Euclidean norm 1; a row of zeros stays.
  func unitRows(_ x: DeviceArray) -> DeviceArray
}
