import Networks
import Tensors

/// Boxes are rearranged as values are, with no radius where a constant stands; the coefficients of
/// a form go back to where its values came from.
extension Rearrangement: BoundedLayer {
  public var isAffine: Bool { true }

  public func propagate(_ region: Region) -> Region {
    if case .ball(let ball) = region, let moved = moved(ball) { return .ball(moved) }
    let box = region.box
    return .box(
      Interval(
        center: forward(box.center), radius: rearranged(box.radius, by: map, to: output, fill: 0)))
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm {
    LinearForm(
      coefficients: transposedRearrangement(form.coefficients, by: map),
      constant: fill == 0 ? form.constant : form.constant + formBias(form.coefficients, constants))
  }

  /// A ball whose scalars change places among themselves, if its scale is the same for all: one
  /// number for each channel is not enough where the scalars leave their channels.
  private func moved(_ ball: NormBall) -> NormBall? {
    let scales = ball.scale.scalars
    guard map.isPermutation, scales.allSatisfy({ $0 == scales[0] }) else { return nil }
    var result = ball
    result.center = forward(ball.center)
    result.scale = Tensor(shape: [output.last!], repeating: scales[0])
    return result
  }

  /// The fill where there is no source, 0 elsewhere.
  private var constants: Tensor {
    Tensor(shape: [map.sources.count], map.sources.map { $0 < 0 ? fill : 0 })
  }
}
