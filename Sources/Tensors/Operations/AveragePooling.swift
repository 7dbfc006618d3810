/// Returns the means over windows of images, channel by channel: [N, H, W, C] → [N, H', W', C].
///
/// - Parameter countsPadding: Whether zeros of the padding count. If not, the mean is over the part
///   of the window inside the image.
/// - Precondition: The windows fit into the padded images.
package func averagePool(
  _ images: Tensor, _ window: PoolingWindow, countsPadding: Bool = true
) -> Tensor {
  let (kernels, image) = (images.device.windows, Array(images.shape.dropFirst()))
  let output = kernels.averagePool(images.array, window, countsPadding: countsPadding)
  return recorded(output, from: [images]) {
    [kernels.transposedAveragePool($0, image: image, window, countsPadding: countsPadding)]
  }
}

/// Applies the transpose of ``averagePool(_:_:countsPadding:)``, by which linear forms over its
/// output become forms over its input: [N, H', W', C] → [N, H, W, C].
///
/// - Parameter image: [H, W, C], the shape of one image of the result.
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
