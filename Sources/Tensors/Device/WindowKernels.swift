/// Means and maxima over windows of images, channel by channel: [N, H, W, C] → [N, H', W', C].
///
/// A ``PoolingWindow`` has the extents, the stride and the padding of the windows. Only the part of
/// a window inside the image is ever read.
package protocol WindowKernels: Sendable {
  /// Returns the mean of each window: the sum of its scalars inside the image, divided by a number.
  ///
  /// - Parameter countsPadding: Whether zeros of the padding count. If so, every sum is divided by
  ///   the window's size, else by the number of positions inside the image.
  func averagePool(
    _ images: DeviceArray, _ window: PoolingWindow, countsPadding: Bool
  ) -> DeviceArray

  /// Applies the transpose of ``averagePool(_:_:countsPadding:)``: [N, H', W', C] → [N, …image],
  /// where `image` is [H, W, C].
  ///
  /// Each scalar goes, divided by the same number, to every position of its window. It is the
  /// gradient of a mean, and the step of a backward bound through it.
  func transposedAveragePool(
    _ output: DeviceArray, image: [Int], _ window: PoolingWindow, countsPadding: Bool
  ) -> DeviceArray

  /// Returns the maximum of each window, and where it was found, for the gradient. Padding never
  /// wins, not even against negative scalars. A NaN in a window is its maximum.
  func maxPool(
    _ images: DeviceArray, _ window: PoolingWindow
  ) -> (output: DeviceArray, places: any Residual)

  /// Adds each scalar of a gradient to the place of its maximum, the first of equals: [N, H', W',
  /// C] → [N, …image].
  ///
  /// - Parameters:
  ///   - places: What ``maxPool(_:_:)`` returned beside the maxima.
  ///   - image: [H, W, C].
  func maxPoolGradient(
    _ gradient: DeviceArray, places: any Residual, image: [Int]
  ) -> DeviceArray
}
