import Networks
import Tensors

/// A convolution as the matrix W that it is. Backwards it is one transposed convolution over batch
/// × rows images: a row of coefficients over the output is an image of O channels.
///
/// A ball becomes the box of its images: radius ε times the dual norm of each row of W, computed
/// for every output position, since zero padding cuts the kernel at the borders.
extension Convolution: AffineRule {
  package var offset: Tensor? { bias }

  package func linearMap(_ inputs: [Tensor]) -> Tensor {
    convolution(inputs[0], weight: kernel, geometry)
  }

  package func absoluteMap(_ inputs: [Tensor]) -> Tensor {
    convolution(inputs[0], weight: absolute(kernel), geometry)
  }

  package var absoluteLayer: (any AffineRule)? {
    Convolution(weight: absolute(kernel.detached), bias: bias, geometry: geometry)
  }

  package func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor] {
    let count = rows.shape[0] * rows.shape[1]
    let pulled = transposedConvolution(
      rows.reshaped([count] + place.outputShape), weight: kernel,
      imageShape: [count] + place.inputShape, geometry)
    return [pulled.reshaped([rows.shape[0], rows.shape[1], place.inputShape.reduce(1, *)])]
  }

  package func roundings(through place: LayerPlace) -> AffineRoundings? {
    // Padding adds products with 0, which round nothing.
    let (outputs, window) = (kernel.shape[0], kernel.count / max(kernel.shape[0], 1))
    let reads = (2...3).map { (kernel.shape[$0] + geometry.stride - 1) / geometry.stride }
    return AffineRoundings(
      products: window, transposedProducts: outputs * reads[0] * reads[1], factors: [kernel])
  }

  /// Places the kernel where each of the scalars reads the image.
  package func unitRows(_ outputs: [Int], through place: LayerPlace) -> Tensor {
    convolutionRows(kernel, outputs: outputs, imageShape: place.inputShape, geometry)
  }

  /// Returns the box of the images of a ball: radius ε·‖W_i∘s‖_q for each scalar of the output.
  package func image(of ball: NormBall) -> Region? {
    let norms = convolutionRowNorms(
      kernel, scale: ball.scale, imageShape: Array(ball.center.shape.dropFirst()), geometry,
      dual: ball.dual)
    let center = forward(ball.center)
    return .box(
      Interval(center: center, radius: (norms * ball.epsilon).repeatedBatch(center.shape[0])))
  }
}
