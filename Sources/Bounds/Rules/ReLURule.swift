import Networks
import Tensors

/// Boxes: monotone, so the ends pass through. Forms: the lines of ``ReLUSlope``.
extension ReLU: BoundedLayer {
  public var isAffine: Bool { false }

  public func propagate(_ region: Region) -> Region {
    let box = region.box
    let output = intervalReLU(center: box.center, radius: box.radius)
    return .box(Interval(center: output.center, radius: output.radius))
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm {
    guard let preactivation = place.preactivation else {
      preconditionFailure("ReLU needs its pre-activation interval")
    }
    let relaxed = relaxedReLUForm(
      form.coefficients, center: preactivation.center.flattenedRows,
      radius: preactivation.radius.flattenedRows, slope: place.slope)
    return LinearForm(
      coefficients: relaxed.form, constant: form.addingConstant(relaxed.constant))
  }
}
