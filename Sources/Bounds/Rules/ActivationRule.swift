import Networks
import Tensors

/// Boxes: monotone, so the ends pass through. Forms: lines of the function (``activationLines``).
extension Activation: BoundedLayer {
  public var isAffine: Bool { false }

  public var isExactOnceDecided: Bool {
    if case .leakyReLU = function { true } else { false }
  }

  public func propagate(_ region: Region) -> Region {
    let box = region.box
    let output = intervalActivation(function, center: box.center, radius: box.radius)
    return .box(Interval(center: output.center, radius: output.radius))
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm {
    guard let preactivation = place.preactivation else {
      preconditionFailure("an activation needs its pre-activation interval")
    }
    let lines = activationLines(
      function, center: preactivation.center.flattenedRows,
      radius: preactivation.radius.flattenedRows, slope: place.slope)
    let relaxed = relaxedForm(form.coefficients, lines)
    return LinearForm(
      coefficients: relaxed.form, constant: form.addingConstant(relaxed.constant))
  }
}
