import Networks
import Tensors

/// A layer that multiplies each channel (the last axis) by a factor and adds a number to it.
public protocol ChannelMap: BoundedLayer {
  /// [channels].
  var scale: Tensor { get }
  /// [channels].
  var shift: Tensor { get }
}

/// Boxes, balls and forms are scaled channel by channel.
extension ChannelMap {
  public var isAffine: Bool { true }
  public var mixesScalars: Bool { false }

  public func propagate(_ region: Region) -> Region {
    region.scaled(by: scale, center: forward)
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm {
    form.pulledThroughChannels(scale: scale, shift: shift)
  }

  public func linearMap(_ inputs: [Tensor]) -> Tensor {
    channelAffine(inputs[0], scale: scale, shift: nil)
  }
}

extension Normalization: ChannelMap {}
extension ChannelAffine: ChannelMap {}

extension BatchNorm: ChannelMap {
  /// A ball's scale is constant, that of a batch in training is tracked: its box is taken.
  public func propagate(_ region: Region) -> Region {
    Region.box(region.box).scaled(by: scale, center: forward)
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
