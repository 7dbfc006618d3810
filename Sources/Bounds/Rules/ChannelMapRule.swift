import Networks
import Tensors

/// A layer that multiplies each channel (the last axis) by a factor and adds a number to it:
/// normalisation, BatchNorm with its statistics fixed, scaling by constants.
///
/// Its matrix is diagonal, so that scalars do not mix, boxes stay exact, and a ball stays a ball
/// whose radius differs between channels.
package protocol ChannelMap: AffineRule {
  /// The factor of each channel, [channels].
  var scale: Tensor { get }
  /// The layer adds this to each channel, [channels].
  var shift: Tensor { get }
  /// At least the magnitudes of what makes up the shift, [channels]; nil where that is its own.
  var shiftMagnitude: Tensor? { get }
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

  package var shiftMagnitude: Tensor? { nil }

  package func roundings(through place: LayerPlace) -> AffineRoundings? {
    AffineRoundings(
      products: 1, transposedProducts: 1, factors: [scale.detached],
      offsetMagnitude: shiftMagnitude)
  }

  /// The transpose of a diagonal matrix is itself: each coefficient is multiplied by the factor of
  /// its channel.
  package func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor] {
    let shape = rows.shape
    let channels = rows.reshaped([shape[0], shape[1], shape[2] / scale.count, scale.count])
    return [channelAffine(channels, scale: scale, shift: nil).reshaped(shape)]
  }

  /// Scales the ball's channels: {c + s∘δ} becomes {scale·c + shift + (scale·s)∘δ}.
  package func image(of ball: NormBall) -> Region? {
    .ball(ball.scaled(by: scale, center: forward(ball.center)))
  }
}

extension Normalization: ChannelMap {}
extension ChannelAffine: ChannelMap {}

/// BatchNorm, as the affine map of the statistics that it has: running ones in certification, those
/// of a batch in training.
extension BatchNorm: ChannelMap {
  /// |bias| + |mean · scale|: their difference is rounded, and may be much smaller than they are.
  package var shiftMagnitude: Tensor? {
    absolute(bias.detached) + absolute(runningMean.scaled(by: scale.detached))
  }

  /// Scales the ball's channels as the other maps do, where the layer's scale is a constant. In
  /// training it is tracked, whereas that of a ball is not; then the ball becomes its box.
  package func image(of ball: NormBall) -> Region? {
    let scale = scale
    return scale.isTracked ? nil : .ball(ball.scaled(by: scale, center: forward(ball.center)))
  }
}
