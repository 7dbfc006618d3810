/// Returns the two-dimensional convolution (cross-correlation) of images [N, H, W, C] with a weight
/// [O, C, kh, kw], plus a bias [O]: [N, H', W', O].
///
/// - Precondition: The channels agree, and the kernel fits into the padded images.
package func convolution(
  _ images: Tensor, weight: Tensor, bias: Tensor? = nil, _ geometry: ConvolutionGeometry
) -> Tensor {
  let (device, x, w) = (images.device, images.array, weight.array)
  let kernels = device.convolutions
  let output = kernels.forward(x, w, bias: bias?.array, geometry)
  return recorded(output, from: [images, weight] + (bias.map { [$0] } ?? [])) { gradient in
    let dImages =
      images.isTracked ? kernels.transposed(gradient, w, imageShape: x.shape, geometry) : nil
    let biasIsTracked = bias?.isTracked ?? false
    guard weight.isTracked else {
      return [dImages, nil, biasIsTracked ? device.matrices.columnSums(gradient) : nil]
    }
    let d = kernels.weightGradient(
      x, gradient, weightShape: w.shape, geometry, withBias: biasIsTracked)
    return [dImages, d.weight, d.bias]
  }
}

/// Applies the transpose of ``convolution(_:weight:bias:_:)`` in its images, without a bias: [N,
/// H', W', O] → [N, H, W, C].
///
/// It turns a linear form over a convolution's output into one over its input: each row of the form
/// is an image of coefficients.
///
/// - Parameter imageShape: [N, H, W, C], the shape of the result; a stride leaves several possible.
package func transposedConvolution(
  _ output: Tensor, weight: Tensor, imageShape: [Int], _ geometry: ConvolutionGeometry
) -> Tensor {
  let (kernels, y, w) = (output.device.convolutions, output.array, weight.array)
  let images = kernels.transposed(y, w, imageShape: imageShape, geometry)
  return recorded(images, from: [output, weight]) { gradient in
    let dOutput = output.isTracked ? kernels.forward(gradient, w, bias: nil, geometry) : nil
    guard weight.isTracked else { return [dOutput, nil] }
    let d = kernels.weightGradient(
      gradient, y, weightShape: w.shape, geometry, withBias: false)
    return [dOutput, d.weight]
  }
}

/// Returns the dual norm of each row of a convolution's matrix, at every output position: [O, C,
/// kh, kw] → [1, H', W', O].
///
/// Times ε it is the radius of the convolution's output over an ℓ2 or ℓ1 ball of images. Zero
/// padding shortens the rows at the borders, so that positions differ.
///
/// - Parameters:
///   - scale: [C], which multiplies the input channels first; a constant.
///   - imageShape: [H, W, C].
package func convolutionRowNorms(
  _ weight: Tensor, scale: Tensor, imageShape: [Int], _ geometry: ConvolutionGeometry,
  dual: DualNorm
) -> Tensor {
  let kernels = weight.device.convolutions
  let (w, s) = (weight.array, scale.constant(in: "convolutionRowNorms(scale:)"))
  let norms = kernels.rowNorms(w, scale: s, imageShape: imageShape, geometry, dual: dual)
  return recorded(norms, from: [weight]) { gradient in
    [
      kernels.rowNormsGradient(
        w, scale: s, imageShape: imageShape, geometry, dual: dual, norms: norms, gradient)
    ]
  }
}

/// Returns rows of a convolution's matrix: for each of the given scalars of the output [H', W', O],
/// the coefficients of the image [H, W, C] in it.
///
/// They are forms that all examples share, from which a backward pass bounds these scalars alone.
///
/// - Parameter outputs: Places in an output, in memory order.
/// - Returns: [1, outputs.count, H·W·C].
package func convolutionRows(
  _ weight: Tensor, outputs: [Int], imageShape: [Int], _ geometry: ConvolutionGeometry
) -> Tensor {
  let (kernels, shape) = (weight.device.convolutions, weight.shape)
  let rows = kernels.rows(weight.array, outputs: outputs, imageShape: imageShape, geometry)
  return recorded(rows, from: [weight]) {
    [
      kernels.rowsGradient(
        $0, weightShape: shape, outputs: outputs, imageShape: imageShape, geometry)
    ]
  }
}
