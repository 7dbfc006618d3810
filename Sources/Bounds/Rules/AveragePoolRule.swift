import Networks
import Tensors

/// Means over windows: an affine map whose weights are not negative, so that the absolute map is
/// the map itself. Backwards, a form spreads evenly over the windows.
///
/// A ball becomes the box of its images, by the dual norms of the pool's rows.
extension AveragePool: AffineRule {
  package var offset: Tensor? { nil }

  package func linearMap(_ inputs: [Tensor]) -> Tensor { forward(inputs[0]) }

  package func absoluteMap(_ inputs: [Tensor]) -> Tensor { forward(inputs[0]) }

  package func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor] {
    let pulled = transposedAveragePool(
      rows.reshaped([rows.shape[0] * rows.shape[1]] + place.outputShape), image: place.inputShape,
      window, countsPadding: countsPadding)
    return [pulled.reshaped([rows.shape[0], rows.shape[1], place.inputShape.reduce(1, *)])]
  }

  package func roundings(through place: LayerPlace) -> AffineRoundings? {
    let stride = window.geometry.stride
    let overlaps = ((window.height + stride - 1) / stride) * ((window.width + stride - 1) / stride)
    return AffineRoundings(
      products: window.height * window.width, transposedProducts: overlaps)
  }

  /// Returns the box of the images of a ball: radius ε·|s|·‖W_i‖_q for each scalar of the output,
  /// where row i of W has one weight at every place of its window within the image.
  package func image(of ball: NormBall) -> Region? {
    let (shape, scales) = (Array(ball.center.shape.dropFirst()), ball.scale.scalars)
    guard scales.count == shape.last else { return nil }
    let center = forward(ball.center)
    let norms = rowNorms(image: shape, ball.dual)
    let radius = Tensor(
      shape: [1] + center.shape.dropFirst(),
      norms.flatMap { norm in scales.map { abs($0) * ball.epsilon * norm } })
    return .box(Interval(center: center, radius: radius.repeatedBatch(center.shape[0])))
  }

  /// Returns ‖W_i‖_q for each window of an image [H, W, C], in memory order; all channels have the
  /// same. Of n equal weights w it is w·√n for q = 2, and w for q = ∞.
  private func rowNorms(image: [Int], _ dual: DualNorm) -> [Float] {
    let ones = Tensor(shape: [1, image[0], image[1], 1], repeating: 1)
    let area = Float(window.height * window.width)
    return averagePool(ones, window, countsPadding: true).scalars.map { part in
      let places = (part * area).rounded()
      let weight = 1 / (countsPadding ? area : places)
      return dual == .two ? weight * places.squareRoot() : weight
    }
  }
}
