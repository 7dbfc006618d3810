/// Means and maxima over windows of images [N, H, W, C] → [N, H', W', C].
package protocol WindowKernels: Sendable {
  /// - Parameter countsPadding: Whether zeros of the padding count in a mean.
  func averagePool(
    _ images: DeviceArray, _ window: PoolingWindow, countsPadding: Bool
  ) -> DeviceArray

  /// The transpose: [N, H', W', C] → [N, …image], where `image` is [H, W, C].
  func transposedAveragePool(
    _ output: DeviceArray, image: [Int], _ window: PoolingWindow, countsPadding: Bool
  ) -> DeviceArray

  /// Maxima, and where they were found. Padding never wins; a NaN in a window is its maximum.
  func maxPool(
    _ images: DeviceArray, _ window: PoolingWindow
  ) -> (output: DeviceArray, places: any Residual)

  /// Each scalar goes to the place of its maximum, the first of equals: [N, H', W', C] →
  /// [N, …image].
  func maxPoolGradient(
    _ gradient: DeviceArray, places: any Residual, image: [Int]
  ) -> DeviceArray
}
