import Networks
import Tensors

/// Boxes: monotone, so the ends pass through. Forms: the lines of a window's maximum.
extension MaxPool: RelaxedRule {
  package func box(of input: Interval) -> Interval {
    Interval(lower: maxPool(input.lower, window), upper: maxPool(input.upper, window))
  }

  package func relaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace
  ) -> (form: Tensor, constant: Tensor) {
    relaxedMaxPoolForm(
      coefficients, center: input.center.flattenedRows, radius: input.radius.flattenedRows,
      image: place.inputShape, window)
  }
}
