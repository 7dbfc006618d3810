/// Products and sums of matrices, and maps of their rows and columns.
///
/// An array is read as a matrix whose columns are its last axis and whose rows are all others.
package protocol MatrixKernels: Sendable {
  /// op(a) · op(b), plus a row, where op is the identity or the transpose: [rows, columns].
  func product(
    _ a: DeviceArray, _ b: DeviceArray, transposeA: Bool, transposeB: Bool,
    plusRow bias: DeviceArray?
  ) -> DeviceArray

  /// sum += op(a) · op(b).
  func addProduct(
    _ a: DeviceArray, _ b: DeviceArray, transposeA: Bool, transposeB: Bool,
    to sum: inout DeviceArray)

  /// The sum of each column: [rows, columns] → [columns].
  func columnSums(_ a: DeviceArray) -> DeviceArray

  // MARK: Rows, which are parts along the first axis

  /// Each row times a number: [rows, …], [rows] → [rows, …].
  func scaledRows(_ x: DeviceArray, by factors: DeviceArray) -> DeviceArray

  /// Σ x·y of each row: [rows, …] twice → [rows].
  func rowProducts(_ x: DeviceArray, _ y: DeviceArray) -> DeviceArray

  /// Softmax of each row of [batch, n], or its logarithm, in Double.
  func softmax(_ scale: SoftmaxScale, _ x: DeviceArray) -> DeviceArray

  /// From the output: p_i·(g_i − Σ p_j g_j) for probabilities p, g_i − p_i·Σ g_j for logarithms.
  func softmaxGradient(
    _ scale: SoftmaxScale, output: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray

  // MARK: Channels, which are columns

  /// x · scale + shift with one number for each channel; nil stands for zeros.
  func channelAffine(_ x: DeviceArray, scale: DeviceArray, shift: DeviceArray?) -> DeviceArray

  /// Σ x·y of each channel in Double: [channels].
  func channelProducts(_ x: DeviceArray, _ y: DeviceArray) -> DeviceArray

  /// The mean and the mean squared deviation of each channel, both [channels].
  func channelMoments(_ x: DeviceArray) -> (mean: DeviceArray, variance: DeviceArray)

  /// With P positions: ∂mean/∂x = 1/P, ∂variance/∂x = 2(x − mean)/P.
  func channelMomentsGradient(
    _ x: DeviceArray, mean: DeviceArray, meanGradient: DeviceArray,
    varianceGradient: DeviceArray
  ) -> DeviceArray
}

extension MatrixKernels {
  /// op(a) · op(b).
  package func product(
    _ a: DeviceArray, _ b: DeviceArray, transposeA: Bool = false, transposeB: Bool = false
  ) -> DeviceArray {
    product(a, b, transposeA: transposeA, transposeB: transposeB, plusRow: nil)
  }
}
