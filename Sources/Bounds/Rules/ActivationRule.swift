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
    let (center, radius) = (preactivation.center.flattenedRows, preactivation.radius.flattenedRows)
    if let alpha = place.alpha {
      return pullBack(form, center: center, radius: radius, alpha: alpha)
    }
    let lines = activationLines(function, center: center, radius: radius, slope: place.slope)
    let relaxed = relaxedForm(form.coefficients, lines)
    return LinearForm(
      coefficients: relaxed.form, constant: form.addingConstant(relaxed.constant))
  }

  /// Leaky ReLU of slope s is s·h + (1 − s)·max(h, 0), of which the first part needs no lines;
  /// alpha is the lower slope of the second. Of other activations it chooses among the hull's
  /// lines.
  private func pullBack(
    _ form: LinearForm, center: Tensor, radius: Tensor, alpha: Tensor
  ) -> LinearForm {
    guard case .leakyReLU(let slope) = function else {
      let relaxed = relaxedForm(
        form.coefficients, function, center: center, radius: radius, alpha: alpha)
      return LinearForm(
        coefficients: relaxed.form, constant: form.addingConstant(relaxed.constant))
    }
    let bend = relaxedReLUForm(form.coefficients, center: center, radius: radius, alpha: alpha)
    let straight = form.coefficients.repeatedBatch(center.shape[0])
    return LinearForm(
      coefficients: straight * slope + bend.form * (1 - slope),
      constant: form.addingConstant(bend.constant * (1 - slope)))
  }

  public func startingAlpha(through place: LayerPlace) -> Tensor? {
    guard let preactivation = place.preactivation else { return nil }
    if case .leakyReLU = function { return reluSlopes(preactivation, place.slope) }
    return Tensor(shape: preactivation.center.flattenedRows.shape, repeating: 0.5)
  }
}
