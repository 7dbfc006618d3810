import Networks
import Tensors

/// Means of boxes are boxes, since all weights are positive; forms spread over the windows.
extension AveragePool: BoundedLayer {
  public var isAffine: Bool { true }

  public func propagate(_ region: Region) -> Region {
    // A ball becomes its box: sound, though rows of the pool have smaller dual norms.
    let box = region.box
    return .box(Interval(center: forward(box.center), radius: forward(box.radius)))
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm {
    let rows = form.batch * form.rows
    let pulled = transposedAveragePool(
      form.coefficients.reshaped([rows] + place.outputShape), image: place.inputShape, window,
      countsPadding: countsPadding)
    return LinearForm(
      coefficients: pulled.reshaped([form.batch, form.rows, place.inputShape.reduce(1, *)]),
      constant: form.constant)
  }
}
