import Networks
import Tensors

/// Maxima over windows. A maximum rises with each element, so that the ends of boxes pass through.
/// Forms take the lines around a window's maximum: one element bounds it below, the chord of one
/// element above (`MaxPoolRelaxation` in the module Relaxations).
extension MaxPool: RelaxedRule {
  /// Pools the ends apart: the least maximum is that of the lower ends, the largest that of the
  /// upper.
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

extension MaxPool: OutwardRelaxedRule {
  package func outwardBox(of input: Interval, deployed: Bool) -> Interval {
    let ends = outwardEnds(center: input.center, radius: input.radius)
    return .outward(lower: maxPool(ends.lower, window), upper: maxPool(ends.upper, window))
  }

  package func outwardRelaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace, deployed: Bool
  ) -> (form: Tensor, constant: Tensor) {
    outwardMaxPoolForm(
      coefficients, center: input.center.flattenedRows, radius: input.radius.flattenedRows,
      image: place.inputShape, window)
  }
}
