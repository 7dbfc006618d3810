import Networks
import Tensors

/// Boxes are rearranged as values are, with no radius where a constant stands; the coefficients of
/// a form go back to where its values came from.
extension Rearrangement: BoundedLayer {
  public var isAffine: Bool { true }

  public func propagate(_ region: Region) -> Region {
    // A ball's scale is one number for each channel, which the scalars may leave.
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

  /// The fill where there is no source, 0 elsewhere.
  private var constants: Tensor {
    Tensor(shape: [map.sources.count], map.sources.map { $0 < 0 ? fill : 0 })
  }
}
