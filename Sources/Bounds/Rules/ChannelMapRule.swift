import Networks
import Tensors

/// A layer that multiplies each channel (the last axis) by a factor and adds a number to it.
package protocol ChannelMap: AffineRule {
  /// [channels].
  var scale: Tensor { get }
  /// [channels].
  var shift: Tensor { get }
}

extension ChannelMap {
  package var mixesScalars: Bool { false }
  package var offset: Tensor? { shift }

  package func linearMap(_ inputs: [Tensor]) -> Tensor {
    channelAffine(inputs[0], scale: scale, shift: nil)
  }

  package func absoluteMap(_ inputs: [Tensor]) -> Tensor {
    channelAffine(inputs[0], scale: absolute(scale), shift: nil)
  }

  package func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor] {
    let shape = rows.shape
    let channels = rows.reshaped([shape[0], shape[1], shape[2] / scale.count, scale.count])
    return [channelAffine(channels, scale: scale, shift: nil).reshaped(shape)]
  }

  package func image(of ball: NormBall) -> Region? {
    .ball(ball.scaled(by: scale, center: forward(ball.center)))
  }
}

extension Normalization: ChannelMap {}
extension ChannelAffine: ChannelMap {}

extension BatchNorm: ChannelMap {
  /// The scale of a ball is constant, that of a batch in training is tracked: its box is taken.
  package func image(of ball: NormBall) -> Region? { nil }
}
