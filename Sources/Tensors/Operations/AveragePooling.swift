/// Means over windows of images [N, H, W, C] → [N, H', W', C].
///
/// - Parameter countsPadding: Whether zeros of the padding count.
public func averagePool(
  _ images: Tensor, _ window: PoolingWindow, countsPadding: Bool = true
) -> Tensor {
  let pool = AveragePoolKernel(window: window, countsPadding: countsPadding)
  let image = Array(images.shape.dropFirst())
  return recorded(pool.forward(images), from: [images]) { [pool.transposed($0, image: image)] }
}

/// The transpose of ``averagePool(_:_:countsPadding:)``: [N, H', W', C] → [N, H, W, C].
public func transposedAveragePool(
  _ output: Tensor, image: [Int], _ window: PoolingWindow, countsPadding: Bool = true
) -> Tensor {
  let pool = AveragePoolKernel(window: window, countsPadding: countsPadding)
  return recorded(pool.transposed(output, image: image), from: [output]) { [pool.forward($0)] }
}
