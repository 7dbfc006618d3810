/// Sums over linear forms Λ [batch, rows, n] and over stacks of noise terms of the same shape.
///
/// A linear form bounds a number for each row: Λ·x + constant, where x are the n scalars of a layer
/// in memory order. These kernels compute what a form's constant gains from a bias, what the form
/// is worth on a region, and weighted sums of its rows.
///
/// A form [1, rows, n] is shared by all examples of the other operands' batch; gradients of the
/// form need one for each example.
///
/// Bounds here are exact in real arithmetic. They are sums in Float, and rounding is not accounted
/// for.
package protocol FormKernels: Sendable {
  // MARK: Constants from a bias

  /// Returns what a bias adds to the constants of forms over an affine map's output: Σ over
  /// positions and channels of Λ · bias.
  ///
  /// [batch, rows, positions × channels], [channels] → [batch, rows].
  func biasTerm(_ form: DeviceArray, _ bias: DeviceArray) -> DeviceArray

  /// Adds factors[batch, row] · bias to a form at every position, in place: the gradient of the
  /// form for that of ``biasTerm(_:_:)``.
  func addBias(_ bias: DeviceArray, times factors: DeviceArray, to form: inout DeviceArray)

  // MARK: Concretisation, [batch, rows, n] → [batch, rows]

  /// Returns the least values of forms over boxes: Λ·c − |Λ|·r.
  ///
  /// The least value of Σ Λ_i·x_i over |x_i − c_i| ≤ r_i takes each coordinate at one end, which is
  /// c_i − sign(Λ_i)·r_i.
  ///
  /// - Parameter center: The centres, [batch, …] with n scalars for each example, as the radii.
  func lowerBounds(
    _ form: DeviceArray, center: DeviceArray, radius: DeviceArray
  ) -> DeviceArray

  /// Returns the gradient of the form for that of the lower bounds over boxes, g·(c − sign(Λ)·r);
  /// |Λ|′ is 0 at 0.
  func boxFormGradient(
    _ form: DeviceArray, center: DeviceArray, radius: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray

  /// Returns the gradients of centre and radius for that of the lower bounds over boxes: g·Λ and
  /// −g·|Λ|, summed over the rows of an example.
  ///
  /// - Parameter shape: The shape of the centre, [batch, …], which the results have.
  func boxGradients(
    _ form: DeviceArray, _ gradient: DeviceArray, shape: [Int]
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Returns the least and the largest values of forms over boxes in one pass over the
  /// coefficients: Λ·c − |Λ|·r and Λ·c + |Λ|·r.
  func bothEnds(
    _ form: DeviceArray, center: DeviceArray, radius: DeviceArray
  ) -> (lower: DeviceArray, upper: DeviceArray)

  /// Returns the gradient of the form from those of both ends.
  func bothEndsFormGradient(
    _ form: DeviceArray, center: DeviceArray, radius: DeviceArray, lower: DeviceArray,
    upper: DeviceArray
  ) -> DeviceArray

  /// Returns the gradients of centre and radius from those of both ends, of the given shape, summed
  /// over the rows of an example.
  func bothEndsBoxGradients(
    _ form: DeviceArray, lower: DeviceArray, upper: DeviceArray, shape: [Int]
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Returns the least values of forms over the balls ‖x − c‖ ≤ ε: Λ·c − ε·‖Λ‖ in the dual norm, by
  /// Hölder's inequality, which is an equality at some point of the ball.
  func lowerBounds(
    _ form: DeviceArray, center: DeviceArray, epsilon: Float, dual: DualNorm
  ) -> DeviceArray

  /// Returns the gradient of the form for that of the lower bounds over balls. The gradient of ‖Λ‖
  /// is 0 where the norm is 0; at a tie of a maximum the first element takes it all.
  func ballFormGradient(
    _ form: DeviceArray, center: DeviceArray, epsilon: Float, dual: DualNorm,
    _ gradient: DeviceArray
  ) -> DeviceArray

  // MARK: Combination of rows

  /// Returns weighted sums of the rows of forms: Σ over rows of weight · Λ, [batch, rows, n] and
  /// [batch, rows] → [batch, 1, n]. Loss fusion makes one row of all margins with it.
  func combinedRows(_ form: DeviceArray, weights: DeviceArray) -> DeviceArray

  /// Returns the gradient of the form, weight · gradient in each row.
  ///
  /// - Parameter gradient: That of the combined row, [batch, 1, n].
  func combinedRowsFormGradient(
    _ form: DeviceArray, weights: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray

  /// Returns the gradient of the weights, [batch, rows]: the scalar product of each row with the
  /// gradient of the combined row.
  func combinedRowsWeightGradient(_ form: DeviceArray, _ gradient: DeviceArray) -> DeviceArray

  // MARK: Multipliers

  /// Adds weight · multiplier to the coefficients of some scalars, and takes what that changes at
  /// their points out of the constants, rounded down.
  ///
  /// - Parameters:
  ///   - multipliers: [batch, rows, places], as the weights.
  /// - Returns: The forms, [batch, rows, n], and what their constants gain, [batch, rows].
  func multiplied(
    _ form: DeviceArray, by multipliers: DeviceArray, weights: DeviceArray,
    at places: MultiplierPlaces
  ) -> (form: DeviceArray, constant: DeviceArray)

  /// Returns the gradient of the multipliers, [batch, rows, places].
  func multiplierGradient(
    weights: DeviceArray, at places: MultiplierPlaces, formGradient: DeviceArray,
    constantGradient: DeviceArray
  ) -> DeviceArray

  // MARK: Noise terms, stacks of columns [batch, k, n]

  /// Returns slope · column + offset · noise for each column of a stack, scalar by scalar.
  ///
  /// - Parameters:
  ///   - slope: [batch, n], shared by the k columns of an example, as `offset`.
  ///   - noise: [k, n], shared by all examples.
  func scaledNoise(
    _ columns: DeviceArray, slope: DeviceArray, offset: DeviceArray, noise: DeviceArray
  ) -> DeviceArray

  /// Returns the gradients of columns, slope and offset, the latter two summed over the columns.
  /// The noise is a constant.
  func scaledNoiseGradient(
    _ columns: DeviceArray, slope: DeviceArray, noise: DeviceArray, _ gradient: DeviceArray
  ) -> (columns: DeviceArray, slope: DeviceArray, offset: DeviceArray)

  /// Returns the medians over the columns of |columns|, [batch, n], and which columns are in the
  /// middle.
  ///
  /// Where k is even it is the mean of the middle two. NaN counts as larger than all numbers, so a
  /// median is NaN only where about half of the columns are.
  func medianMagnitudes(
    _ columns: DeviceArray
  ) -> (values: DeviceArray, middles: any Residual)

  /// Returns the gradient of the columns: half of the gradient, with the column's sign, goes to
  /// each of the middle columns. Where k is odd both halves go to the same one.
  func medianMagnitudesGradient(
    _ columns: DeviceArray, middles: any Residual, _ gradient: DeviceArray
  ) -> DeviceArray

  /// Returns the roots of the mean squares over the columns, √(Σ column²/k): [batch, k, n] →
  /// [batch, n].
  func rootMeanSquares(_ columns: DeviceArray) -> DeviceArray

  /// Returns the gradient of the columns, g · column/(k · root); it is 0 where a root is 0.
  func rootMeanSquaresGradient(
    _ columns: DeviceArray, roots: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray
}
