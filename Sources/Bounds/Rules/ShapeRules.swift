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

/// Normalisation scales boxes, balls and forms channel by channel.
extension Normalization: BoundedLayer {
  public var isAffine: Bool { true }
  public var mixesScalars: Bool { false }

  public func propagate(_ region: Region) -> Region {
    region.scaled(by: scale, center: forward)
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm {
    form.pulledThroughChannels(scale: scale, shift: shift)
  }
}

/// So does any affine map of the channels by themselves.
extension ChannelAffine: BoundedLayer {
  public var isAffine: Bool { true }
  public var mixesScalars: Bool { false }

  public func propagate(_ region: Region) -> Region {
    region.scaled(by: scale, center: forward)
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm {
    form.pulledThroughChannels(scale: scale, shift: shift)
  }
}

/// And BatchNorm, whose factors may be tracked.
extension BatchNorm: BoundedLayer {
  public var isAffine: Bool { true }
  public var mixesScalars: Bool { false }

  public func propagate(_ region: Region) -> Region {
    // A ball's scale is constant, that of a batch in training is not: its box is taken.
    Region.box(region.box).scaled(by: scale, center: forward)
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm {
    form.pulledThroughChannels(scale: scale, shift: shift)
  }
}

extension Region {
  /// The image of the set under x ↦ x·scale + shift, where `center` computes that of its centre.
  fileprivate func scaled(by scale: Tensor, center: (Tensor) -> Tensor) -> Region {
    switch self {
    case .box(let box):
      return .box(
        Interval(
          center: center(box.center),
          radius: channelAffine(box.radius, scale: absolute(scale), shift: nil)))
    case .ball(let ball): return .ball(ball.scaled(by: scale, center: center(ball.center)))
    }
  }
}

extension LinearForm {
  fileprivate func pulledThroughChannels(scale: Tensor, shift: Tensor) -> LinearForm {
    let channels = coefficients.reshaped(
      [batch, rows, coefficients.shape[2] / scale.count, scale.count])
    return LinearForm(
      coefficients: channelAffine(channels, scale: scale, shift: nil).reshaped(coefficients.shape),
      constant: constant + formBias(coefficients, shift))
  }
}
