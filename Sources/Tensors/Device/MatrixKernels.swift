/// Products and sums of matrices, and maps of their rows and columns.
///
/// An array is read as a matrix whose columns are its last axis and whose rows are all others: an
/// image batch [N, H, W, C] has N·H·W rows and C columns, which are its channels. An array without
/// axes is one row of one column.
package protocol MatrixKernels: Sendable {
  /// Returns the matrix product op(a) · op(b), plus a row that is added to every row of it: [rows,
  /// columns].
  ///
  /// Each op is the transpose if its argument says so, else the identity. A sum over no terms is 0.
  ///
  /// - Parameters:
  ///   - transposeA: Whether a is transposed, after it has been read as a matrix.
  ///   - bias: A row of as many scalars as the product has columns; nil for none.
  /// - Precondition: The inner extents agree.
  func product(
    _ a: DeviceArray, _ b: DeviceArray, transposeA: Bool, transposeB: Bool,
    plusRow bias: DeviceArray?
  ) -> DeviceArray

  /// Adds the matrix product op(a) · op(b) to a sum in place. The gradient of a weight that several
  /// examples or layers share is such a sum.
  ///
  /// - Precondition: The sum has as many scalars as the product.
  func addProduct(
    _ a: DeviceArray, _ b: DeviceArray, transposeA: Bool, transposeB: Bool,
    to sum: inout DeviceArray)

  /// Returns the sum of each column: [rows, columns] → [columns]. It is the gradient of a bias.
  func columnSums(_ a: DeviceArray) -> DeviceArray

  // MARK: Rows, which are parts along the first axis

  /// Multiplies each row by the number at its place: [rows, …], [rows] → [rows, …].
  func scaledRows(_ x: DeviceArray, by factors: DeviceArray) -> DeviceArray

  /// Returns the scalar product Σ x·y of each row with the same row of the other array: [rows, …]
  /// twice → [rows]. It is the gradient of the factors of ``scaledRows(_:by:)``.
  func rowProducts(_ x: DeviceArray, _ y: DeviceArray) -> DeviceArray

  /// Returns the softmax of each row of [batch, n], or its logarithm, in Double. The largest scalar
  /// of a row is subtracted first, so that no exponential overflows.
  func softmax(_ scale: SoftmaxScale, _ x: DeviceArray) -> DeviceArray

  /// Returns the gradient of the logits from the output of ``softmax(_:_:)``.
  ///
  /// It is p_i·(g_i − Σ p_j g_j) for probabilities p, and g_i − p_i·Σ g_j for logarithms of p. The
  /// logits are not needed.
  ///
  /// - Parameter output: What ``softmax(_:_:)`` returned for the same scale.
  func softmaxGradient(
    _ scale: SoftmaxScale, output: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray

  // MARK: Channels, which are columns

  /// Returns x · scale + shift with one scale and one shift for each channel, both [channels]; nil
  /// stands for zeros. Normalisation in inference mode is this map.
  ///
  /// - Precondition: The last axis of x is as long as `scale`.
  func channelAffine(_ x: DeviceArray, scale: DeviceArray, shift: DeviceArray?) -> DeviceArray

  /// Returns Σ x·y of each channel over all positions, summed in Double: [channels]. It is the
  /// gradient of the scale of ``channelAffine(_:scale:shift:)``.
  func channelProducts(_ x: DeviceArray, _ y: DeviceArray) -> DeviceArray

  /// Returns the mean and the mean squared deviation of each channel over all positions, both
  /// [channels], summed in Double. The variance is divided by the number of positions, not by one
  /// less.
  func channelMoments(_ x: DeviceArray) -> (mean: DeviceArray, variance: DeviceArray)

  /// Returns the gradient of x from those of both moments.
  ///
  /// With P positions: ∂mean/∂x = 1/P and ∂variance/∂x = 2(x − mean)/P.
  func channelMomentsGradient(
    _ x: DeviceArray, mean: DeviceArray, meanGradient: DeviceArray,
    varianceGradient: DeviceArray
  ) -> DeviceArray
}

extension MatrixKernels {
  /// Returns the matrix product op(a) · op(b) without a row on top, neither operand transposed
  /// unless an argument says so.
  package func product(
    _ a: DeviceArray, _ b: DeviceArray, transposeA: Bool = false, transposeB: Bool = false
  ) -> DeviceArray {
    product(a, b, transposeA: transposeA, transposeB: transposeB, plusRow: nil)
  }
}
