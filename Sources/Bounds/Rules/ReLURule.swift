import Networks
import Relaxations
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
    let center = preactivation.center.flattenedRows
    let radius = preactivation.radius.flattenedRows
    let relaxed =
      if let alpha = place.alpha {
        relaxedReLUForm(form.coefficients, center: center, radius: radius, alpha: alpha)
      } else {
        relaxedReLUForm(form.coefficients, center: center, radius: radius, slope: place.slope)
      }
    return LinearForm(
      coefficients: relaxed.form, constant: form.addingConstant(relaxed.constant))
  }

  public func startingAlpha(through place: LayerPlace) -> Tensor? {
    place.preactivation.map { reluSlopes($0, place.slope) }
  }
}

/// The slopes of ReLU's lower lines, [batch, n].
func reluSlopes(_ preactivation: Interval, _ slope: ReLUSlope) -> Tensor {
  activationLines(
    .leakyReLU(slope: 0), center: preactivation.center.flattenedRows,
    radius: preactivation.radius.flattenedRows, slope: slope
  ).lowerSlope
}
