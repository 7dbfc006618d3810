import Networks
import Tensors

/// Flatten keeps the order in memory, so that boxes and balls are viewed anew and forms pass
/// unchanged.
extension Flatten: AffineRule {
  public var mixesScalars: Bool { false }
  public var offset: Tensor? { nil }

  public func linearMap(_ inputs: [Tensor]) -> Tensor { forward(inputs[0]) }

  public func absoluteMap(_ inputs: [Tensor]) -> Tensor { forward(inputs[0]) }

  public func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor] { [rows] }

  public func image(of ball: NormBall) -> Region? {
    var ball = ball
    ball.center = forward(ball.center)
    return .ball(ball)
  }
}
