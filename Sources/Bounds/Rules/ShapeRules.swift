import Networks
import Tensors

/// Flatten keeps memory order, so boxes are viewed anew and forms pass unchanged.
extension Flatten: BoundedLayer {
  public var isAffine: Bool { true }

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

/// Normalisation scales boxes, balls and forms channel by channel.
extension Normalization: BoundedLayer {
  public var isAffine: Bool { true }

  public func propagate(_ region: Region) -> Region {
    switch region {
    case .box(let box):
      return .box(
        Interval(
          center: forward(box.center),
          radius: channelAffine(box.radius, scale: absolute(scale), shift: nil)))
    case .ball(var ball):
      ball.center = forward(ball.center)
      ball.scale = Tensor(shape: scale.shape, zip(ball.scale.scalars, scale.scalars).map(*))
      return .ball(ball)
    }
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm {
    let channels = form.coefficients.reshaped(
      [form.batch, form.rows, place.inputShape.reduce(1, *) / mean.count, mean.count])
    return LinearForm(
      coefficients: channelAffine(channels, scale: scale, shift: nil)
        .reshaped(form.coefficients.shape),
      constant: form.constant + formBias(form.coefficients, shift))
  }
}
