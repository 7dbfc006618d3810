import Networks
import Tensors

/// A fully connected layer, with W as a matrix. Backwards, Λ ↦ Λ·W is one matrix product for all
/// examples and rows. A ball becomes the box of its images: radius ε times the dual norm of each
/// row.
extension Linear: AffineRule {
  package var offset: Tensor? { bias }

  package func linearMap(_ inputs: [Tensor]) -> Tensor { linear(inputs[0], weight: weight) }

  package func absoluteMap(_ inputs: [Tensor]) -> Tensor {
    linear(inputs[0], weight: absolute(weight))
  }

  package var absoluteLayer: (any AffineRule)? {
    Linear(weight: absolute(weight.detached), bias: bias)
  }

  package func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor] {
    [matrixProduct(rows, weight)]
  }

  package func roundings(through place: LayerPlace) -> AffineRoundings? {
    AffineRoundings(
      products: weight.shape[1], transposedProducts: weight.shape[0], factors: [weight])
  }

  /// Rows of the matrix, as they are.
  package func unitRows(_ outputs: [Int], through place: LayerPlace) -> Tensor {
    weight.rows(at: outputs).reshaped([1, outputs.count, weight.shape[1]])
  }

  /// Returns the box of the images of a ball: radius ε·‖W_i∘s‖_q for each scalar of the output.
  package func image(of ball: NormBall) -> Region? {
    let center = forward(ball.center)
    let norms = rowNorms(ball) * ball.epsilon
    return .box(Interval(center: center, radius: norms.repeatedBatch(center.shape[0])))
  }

  /// Returns ‖W_i∘s‖_q for each row i, [1, out], as the rows of a 1×1 convolution on one pixel. The
  /// ball's scale of each channel repeats along a flattened image.
  private func rowNorms(_ ball: NormBall) -> Tensor {
    let (out, columns) = (weight.shape[0], weight.shape[1])
    let channels = ball.scale.scalars
    let scale = Tensor(shape: [columns], (0..<columns).map { channels[$0 % channels.count] })
    return convolutionRowNorms(
      weight.reshaped([out, columns, 1, 1]), scale: scale, imageShape: [1, 1, columns],
      ConvolutionGeometry(), dual: ball.dual
    ).reshaped([1, out])
  }
}
