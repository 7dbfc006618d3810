/// Pooling by loops over the windows of each image, images in parallel.
struct HostWindows: WindowKernels {
  /// Where each maximum is in its image: the place among the image's H·W·C scalars.
  private struct Places: Residual {
    let indices: [Int32]
  }

  func averagePool(
    _ images: DeviceArray, _ window: PoolingWindow, countsPadding: Bool
  ) -> DeviceArray {
    AveragePoolKernel(window: window, countsPadding: countsPadding).forward(images)
  }

  func transposedAveragePool(
    _ output: DeviceArray, image: [Int], _ window: PoolingWindow, countsPadding: Bool
  ) -> DeviceArray {
    AveragePoolKernel(window: window, countsPadding: countsPadding)
      .transposed(output, image: image)
  }

  func maxPool(
    _ images: DeviceArray, _ window: PoolingWindow
  ) -> (output: DeviceArray, places: any Residual) {
    let (output, places) = MaxPoolKernel(window: window).forward(images)
    return (output, Places(indices: places))
  }

  func maxPoolGradient(
    _ gradient: DeviceArray, places: any Residual, image: [Int]
  ) -> DeviceArray {
    MaxPoolKernel.backward(gradient, (places as! Places).indices, image: image)
  }
}
