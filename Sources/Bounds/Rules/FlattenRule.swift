import Networks
import Tensors

/// Flatten keeps the order in memory, so that boxes and balls are viewed anew and forms pass
/// unchanged. Scalars of all positions follow each other, channels fastest, so a ball's scale of
/// each channel still applies.
extension Flatten: AffineRule {
  package var mixesScalars: Bool { false }
  package var offset: Tensor? { nil }

  package func linearMap(_ inputs: [Tensor]) -> Tensor { forward(inputs[0]) }

  package func absoluteMap(_ inputs: [Tensor]) -> Tensor { forward(inputs[0]) }

  package func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor] { [rows] }

  package func roundings(through place: LayerPlace) -> AffineRoundings? { AffineRoundings.none }

  package func image(of ball: NormBall) -> Region? {
    var ball = ball
    ball.center = forward(ball.center)
    return .ball(ball)
  }
}
