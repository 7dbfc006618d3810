/// Two-dimensional convolution (cross-correlation) of images [N, H, W, C] with a weight
/// [O, C, kh, kw] and a bias [O]: [N, H', W', O].
public func convolution(
  _ images: Tensor, weight: Tensor, bias: Tensor? = nil, _ geometry: ConvolutionGeometry
) -> Tensor {
  let output = ConvolutionKernel.forward(images, weight, bias: bias, geometry)
  return recorded(output, from: [images, weight] + (bias.map { [$0] } ?? [])) { gradient in
    let dImages =
      images.isTracked
      ? ConvolutionKernel.backwardData(gradient, weight, imageShape: images.shape, geometry) : nil
    let biasIsTracked = bias?.isTracked ?? false
    guard weight.isTracked else {
      return [dImages, nil, biasIsTracked ? MatrixKernel.columnSums(gradient) : nil]
    }
    let d = ConvolutionKernel.backwardWeights(
      images, gradient, weightShape: weight.shape, geometry, withBias: biasIsTracked)
    return [dImages, d.weight, d.bias]
  }
}

/// The transpose of ``convolution(_:weight:bias:_:)`` in its images: [N, H', W', O] → [N, H, W, C].
public func transposedConvolution(
  _ output: Tensor, weight: Tensor, imageShape: [Int], _ geometry: ConvolutionGeometry
) -> Tensor {
  let images = ConvolutionKernel.backwardData(output, weight, imageShape: imageShape, geometry)
  return recorded(images, from: [output, weight]) { gradient in
    let dOutput =
      output.isTracked
      ? ConvolutionKernel.forward(gradient, weight, bias: nil, geometry) : nil
    guard weight.isTracked else { return [dOutput, nil] }
    let d = ConvolutionKernel.backwardWeights(
      gradient, output, weightShape: weight.shape, geometry, withBias: false)
    return [dOutput, d.weight]
  }
}

/// The dual norm of each row of a convolution's matrix, at every output position:
/// [O, C, kh, kw] → [1, H', W', O]. `scale` [C] multiplies the input channels first;
/// `imageShape` is [H, W, C].
public func convolutionRowNorms(
  _ weight: Tensor, scale: Tensor, imageShape: [Int], _ geometry: ConvolutionGeometry,
  dual: DualNorm
) -> Tensor {
  let norms = KernelNormKernel.forward(
    weight, scale: scale, imageShape: imageShape, geometry, dual: dual)
  return recorded(norms, from: [weight]) { gradient in
    [
      KernelNormKernel.backward(
        weight, scale: scale, imageShape: imageShape, geometry, dual: dual, norms: norms,
        gradient: gradient)
    ]
  }
}

/// Rows of a convolution's matrix: for each of the given scalars of the output [H', W', O], the
/// coefficients of the image [H, W, C] in it.
///
/// - Returns: [1, outputs.count, H·W·C].
public func convolutionRows(
  _ weight: Tensor, outputs: [Int], imageShape: [Int], _ geometry: ConvolutionGeometry
) -> Tensor {
  let kernel = ConvolutionRowKernel(weight, imageShape: imageShape, geometry)
  return recorded(kernel.rows(of: outputs), from: [weight]) {
    [kernel.weightGradient($0, of: outputs)]
  }
}
