import Networks
import Tensors

/// A sum: backwards, a form passes unchanged to every input.
///
/// The sum of the inputs' boxes forgets what the inputs have in common; backward forms remember it,
/// since the coefficients of a value that is read twice add up.
extension Addition: AffineRule {
  package var offset: Tensor? { nil }

  package func linearMap(_ inputs: [Tensor]) -> Tensor { forward(all: inputs) }

  package func absoluteMap(_ inputs: [Tensor]) -> Tensor { forward(all: inputs) }

  package func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor] {
    place.inputShapes.map { _ in rows }
  }

  /// Backwards nothing is computed: what branches have in common adds up where they meet.
  package func roundings(through place: LayerPlace) -> AffineRoundings? {
    AffineRoundings(products: place.inputShapes.count, transposedProducts: 0)
  }

  /// The sum of one ball is the ball. (Several balls are summed as boxes.)
  package func image(of ball: NormBall) -> Region? { .ball(ball) }
}

/// Inputs side by side along the last axis: so are their boxes, and a form is split into the
/// coefficients over each.
extension Concatenation: AffineRule {
  package var offset: Tensor? { nil }

  package func linearMap(_ inputs: [Tensor]) -> Tensor { forward(all: inputs) }

  package func absoluteMap(_ inputs: [Tensor]) -> Tensor { forward(all: inputs) }

  package func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor] {
    let (batch, count) = (rows.shape[0], rows.shape[1])
    let channels = rows.reshaped([batch, count] + place.outputShape)
    return zip(
      splitChannels(channels, into: place.inputShapes.map { $0.last! }), place.inputShapes
    ).map { part, shape in part.reshaped([batch, count, shape.reduce(1, *)]) }
  }

  package func roundings(through place: LayerPlace) -> AffineRoundings? { AffineRoundings.none }

  /// One ball alone is the ball.
  package func image(of ball: NormBall) -> Region? { .ball(ball) }
}
