/// Means over square windows of images [N, H, W, C] → [N, H', W', C]; zeros of the padding count.
public func averagePool(_ images: Tensor, kernel: Int, _ geometry: ConvolutionGeometry) -> Tensor {
  let pool = AveragePoolKernel(kernel: kernel, geometry: geometry)
  let image = Array(images.shape.dropFirst())
  return recorded(pool.forward(images), from: [images]) { [pool.transposed($0, image: image)] }
}

/// The transpose of ``averagePool(_:kernel:_:)``: [N, H', W', C] → [N, H, W, C].
public func transposedAveragePool(
  _ output: Tensor, image: [Int], kernel: Int, _ geometry: ConvolutionGeometry
) -> Tensor {
  let pool = AveragePoolKernel(kernel: kernel, geometry: geometry)
  return recorded(pool.transposed(output, image: image), from: [output]) { [pool.forward($0)] }
}
