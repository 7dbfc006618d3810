import Networks
import Tensors

/// Boxes: monotone, so the ends pass through. Forms: the lines of a window's maximum.
extension MaxPool: BoundedLayer {
  public var isAffine: Bool { false }
  public var isExactOnceDecided: Bool { false }

  public func propagate(_ region: Region) -> Region {
    let box = region.box
    return .box(
      Interval(lower: maxPool(box.lower, window), upper: maxPool(box.upper, window)))
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm {
    guard let preactivation = place.preactivation else {
      preconditionFailure("max pooling needs the interval of its input")
    }
    let relaxed = relaxedMaxPoolForm(
      form.coefficients, center: preactivation.center.flattenedRows,
      radius: preactivation.radius.flattenedRows, image: place.inputShape, window)
    return LinearForm(
      coefficients: relaxed.form, constant: form.addingConstant(relaxed.constant))
  }
}
