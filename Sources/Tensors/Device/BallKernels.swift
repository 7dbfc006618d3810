/// The sets {x : ‖x − c‖ₚ ≤ ε, low ≤ x ≤ high} around the rows c of [rows, …], for p = 1 or 2: ℓ1
/// and ℓ2 balls within a box, one for each row.
///
/// ``BoxedBalls`` makes it for the kernels of ``BallKernels``.
package struct BallBatch: Sendable {
  /// The p of the norm.
  package let order: BallOrder
  /// The centres c, [rows, …]: the examples that are attacked.
  package let center: DeviceArray
  /// The radius ε, the same for all rows, in the units of the centres.
  package let epsilon: Float
  /// The box, the same for every coordinate; infinite for no box.
  package let low, high: Float
}

/// Points of norm balls, row by row, for attacks. Gradients do not flow through them.
///
/// The points of a ``BallBatch`` are computed in Double and rounded towards the centre, so that no
/// coordinate is farther from it after rounding than before. A row whose centre is not in the box
/// has NaN for points: its set may be empty, and NaN is never taken for a counterexample.
package protocol BallKernels: Sendable {
  /// Returns the point of each set that is nearest, in the Euclidean norm, to the same row of
  /// [rows, …].
  func nearest(in balls: BallBatch, to points: DeviceArray) -> DeviceArray

  /// Returns the point of each set with the least ⟨gradient, x⟩, where a linear function with that
  /// gradient is least.
  func farthest(in balls: BallBatch, against gradient: DeviceArray) -> DeviceArray

  /// Takes a step of steepest descent in ℓ1 from points of the sets, then projects onto the sets.
  ///
  /// A step of steepest descent in ℓ1 would move one coordinate only. This one is spread evenly
  /// over the coordinates with the largest derivatives that can still move within the box (Croce
  /// and Hein 2021).
  ///
  /// - Parameters:
  ///   - points: Where the steps start, [rows, …].
  ///   - gradient: What the steps go against, [rows, …].
  ///   - counts: For each row, the number of coordinates that share its step, at least 1.
  ///   - lengths: For each row, the ℓ1 length of its step.
  func sparseStep(
    in balls: BallBatch, from points: DeviceArray, against gradient: DeviceArray, counts: [Int],
    lengths: [Float]
  ) -> DeviceArray

  /// Projects each row of the first axis onto ‖·‖₂ ≤ ε or ‖·‖₁ ≤ ε around 0, in the Euclidean norm.
  /// The result is rounded to nearest, so its norm may exceed ε by last bits.
  func projectedRows(_ x: DeviceArray, _ order: BallOrder, epsilon: Float) -> DeviceArray

  /// Scales each row of the first axis to Euclidean norm 1; a row of zeros stays.
  func unitRows(_ x: DeviceArray) -> DeviceArray
}
