/// Sums over linear forms Λ [batch, rows, n] and over stacks of noise terms of the same shape.
///
/// A form [1, rows, n] is shared by all examples of the other operands' batch; gradients of the form
/// need one for each example.
package protocol FormKernels: Sendable {
  // MARK: Constants from a bias

  /// Σ over positions and channels of Λ · bias: [batch, rows, positions × channels], [channels] →
  /// [batch, rows].
  func biasTerm(_ form: DeviceArray, _ bias: DeviceArray) -> DeviceArray

  /// form += factors[batch, row] · bias at every position.
  func addBias(_ bias: DeviceArray, times factors: DeviceArray, to form: inout DeviceArray)

  // MARK: Concretisation, [batch, rows, n] → [batch, rows]

  /// Over the box of centre c and radius r, both [batch, …]: Λ·c − |Λ|·r.
  func lowerBounds(
    _ form: DeviceArray, center: DeviceArray, radius: DeviceArray
  ) -> DeviceArray

  /// The gradient of the form; |Λ|′ is 0 at 0.
  func boxFormGradient(
    _ form: DeviceArray, center: DeviceArray, radius: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray

  /// The gradients of centre and radius, of the given shape, summed over the rows of an example.
  func boxGradients(
    _ form: DeviceArray, _ gradient: DeviceArray, shape: [Int]
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Both ends over the box in one pass: Λ·c ∓ |Λ|·r.
  func bothEnds(
    _ form: DeviceArray, center: DeviceArray, radius: DeviceArray
  ) -> (lower: DeviceArray, upper: DeviceArray)

  /// The gradient of the form from those of both ends.
  func bothEndsFormGradient(
    _ form: DeviceArray, center: DeviceArray, radius: DeviceArray, lower: DeviceArray,
    upper: DeviceArray
  ) -> DeviceArray

  /// The gradients of centre and radius, of the given shape, summed over the rows of an example.
  func bothEndsBoxGradients(
    _ form: DeviceArray, lower: DeviceArray, upper: DeviceArray, shape: [Int]
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Over the ball ‖x − c‖ ≤ ε: Λ·c − ε·‖Λ‖ in the dual norm.
  func lowerBounds(
    _ form: DeviceArray, center: DeviceArray, epsilon: Float, dual: DualNorm
  ) -> DeviceArray

  /// The gradient of the form: 0 from a norm of 0; at a tie of a maximum the first element takes it
  /// all.
  func ballFormGradient(
    _ form: DeviceArray, center: DeviceArray, epsilon: Float, dual: DualNorm,
    _ gradient: DeviceArray
  ) -> DeviceArray

  // MARK: Combination of rows

  /// Σ over rows of weight · Λ: [batch, rows, n], [batch, rows] → [batch, 1, n].
  func combinedRows(_ form: DeviceArray, weights: DeviceArray) -> DeviceArray

  func combinedRowsFormGradient(
    _ form: DeviceArray, weights: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray

  func combinedRowsWeightGradient(_ form: DeviceArray, _ gradient: DeviceArray) -> DeviceArray

  // MARK: Noise terms, stacks of columns [batch, k, n]

  /// slope · column + offset · noise with slope and offset [batch, n] and noise [k, n].
  func scaledNoise(
    _ columns: DeviceArray, slope: DeviceArray, offset: DeviceArray, noise: DeviceArray
  ) -> DeviceArray

  func scaledNoiseGradient(
    _ columns: DeviceArray, slope: DeviceArray, noise: DeviceArray, _ gradient: DeviceArray
  ) -> (columns: DeviceArray, slope: DeviceArray, offset: DeviceArray)

  /// The medians of |columns|, [batch, n], between the middle two where k is even, and which columns
  /// these are. NaN counts as larger than all numbers.
  func medianMagnitudes(
    _ columns: DeviceArray
  ) -> (values: DeviceArray, middles: any Residual)

  /// Half of the gradient goes to each of the middle columns.
  func medianMagnitudesGradient(
    _ columns: DeviceArray, middles: any Residual, _ gradient: DeviceArray
  ) -> DeviceArray

  /// √(Σ column²/k), [batch, n].
  func rootMeanSquares(_ columns: DeviceArray) -> DeviceArray

  /// 0 where a root is 0.
  func rootMeanSquaresGradient(
    _ columns: DeviceArray, roots: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray
}
