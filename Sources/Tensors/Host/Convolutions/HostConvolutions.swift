/// Convolutions by oneDNN, and by loops where it is slow; rows of their matrices by loops.
struct HostConvolutions: ConvolutionKernels {
  func forward(
    _ images: DeviceArray, _ weight: DeviceArray, bias: DeviceArray?,
    _ geometry: ConvolutionGeometry
  ) -> DeviceArray { ConvolutionKernel.forward(images, weight, bias: bias, geometry) }

  func transposed(
    _ output: DeviceArray, _ weight: DeviceArray, imageShape: [Int],
    _ geometry: ConvolutionGeometry
  ) -> DeviceArray {
    ConvolutionKernel.backwardData(output, weight, imageShape: imageShape, geometry)
  }

  func weightGradient(
    _ images: DeviceArray, _ output: DeviceArray, weightShape: [Int],
    _ geometry: ConvolutionGeometry, withBias: Bool
  ) -> (weight: DeviceArray, bias: DeviceArray?) {
    ConvolutionKernel.backwardWeights(
      images, output, weightShape: weightShape, geometry, withBias: withBias)
  }

  func rowNorms(
    _ weight: DeviceArray, scale: DeviceArray, imageShape: [Int], _ geometry: ConvolutionGeometry,
    dual: DualNorm
  ) -> DeviceArray {
    KernelNormKernel.forward(weight, scale: scale, imageShape: imageShape, geometry, dual: dual)
  }

  func rowNormsGradient(
    _ weight: DeviceArray, scale: DeviceArray, imageShape: [Int], _ geometry: ConvolutionGeometry,
    dual: DualNorm, norms: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray {
    KernelNormKernel.backward(
      weight, scale: scale, imageShape: imageShape, geometry, dual: dual, norms: norms,
      gradient: gradient)
  }

  func rows(
    _ weight: DeviceArray, outputs: [Int], imageShape: [Int], _ geometry: ConvolutionGeometry
  ) -> DeviceArray {
    ConvolutionRowKernel(weightShape: weight.shape, imageShape: imageShape, geometry)
      .rows(weight, of: outputs)
  }

  func rowsGradient(
    _ gradient: DeviceArray, weightShape: [Int], outputs: [Int], imageShape: [Int],
    _ geometry: ConvolutionGeometry
  ) -> DeviceArray {
    ConvolutionRowKernel(weightShape: weightShape, imageShape: imageShape, geometry)
      .weightGradient(gradient, of: outputs)
  }
}
