import Networks
import Tensors

/// Flatten keeps memory order, so boxes are viewed anew and forms pass unchanged.
extension Flatten: BoundedLayer {
  public var isAffine: Bool { true }
  public var mixesScalars: Bool { false }

  public func propagate(_ region: Region) -> Region {
    switch region {
    case .box(let box):
      return .box(Interval(center: forward(box.center), radius: forward(box.radius)))
    case .ball(var ball):
      ball.center = forward(ball.center)
      return .ball(ball)
    }
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm { form }
}
