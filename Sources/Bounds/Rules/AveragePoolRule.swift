import Networks
import Tensors

/// Means over windows: an affine map whose weights are not negative, so that the absolute map is
/// the map itself. Backwards, a form spreads evenly over the windows.
///
/// A ball becomes its box first: sound, though rows of the pool have smaller dual norms.
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
}
