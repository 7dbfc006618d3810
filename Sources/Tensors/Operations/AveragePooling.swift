/// Means over windows of images [N, H, W, C] → [N, H', W', C].
///
/// - Parameter countsPadding: Whether zeros of the padding count.
package func averagePool(
  _ images: Tensor, _ window: PoolingWindow, countsPadding: Bool = true
) -> Tensor {
  let (kernels, image) = (images.device.windows, Array(images.shape.dropFirst()))
  let output = kernels.averagePool(images.array, window, countsPadding: countsPadding)
  return recorded(output, from: [images]) {
    [kernels.transposedAveragePool($0, image: image, window, countsPadding: countsPadding)]
  }
}

/// The transpose of ``averagePool(_:_:countsPadding:)``: [N, H', W', C] → [N, H, W, C].
package func transposedAveragePool(
  _ output: Tensor, image: [Int], _ window: PoolingWindow, countsPadding: Bool = true
) -> Tensor {
  let kernels = output.device.windows
  let images = kernels.transposedAveragePool(
    output.array, image: image, window, countsPadding: countsPadding)
  return recorded(images, from: [output]) {
    [kernels.averagePool($0, window, countsPadding: countsPadding)]
  }
}
