import Networks
import Relaxations
import Tensors

/// Boxes hold the function's values at the ends and where it turns in between; forms take lines of the
/// function (``activationLines(_:center:radius:slope:)``).
extension Activation: RelaxedRule {
  package var isExactOnceDecided: Bool {
    if case .leakyReLU = function { true } else { false }
  }

  package func box(of input: Interval) -> Interval {
    let output = intervalActivation(function, center: input.center, radius: input.radius)
    return Interval(center: output.center, radius: output.radius)
  }

  package func relaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace
  ) -> (form: Tensor, constant: Tensor) {
    let (center, radius) = (input.center.flattenedRows, input.radius.flattenedRows)
    if let alpha = place.alpha {
      return relaxed(coefficients, center: center, radius: radius, alpha: alpha)
    }
    return relaxedForm(
      coefficients,
      activationLines(function, center: center, radius: radius, slope: place.slope))
  }

  /// Leaky ReLU of slope s is s·h + (1 − s)·max(h, 0), of which the first part needs no lines;
  /// alpha is the lower slope of the second. Of other activations it chooses among the hull's
  /// lines.
  private func relaxed(
    _ coefficients: Tensor, center: Tensor, radius: Tensor, alpha: Tensor
  ) -> (form: Tensor, constant: Tensor) {
    guard case .leakyReLU(let slope) = function else {
      return relaxedForm(coefficients, function, center: center, radius: radius, alpha: alpha)
    }
    let bend = relaxedReLUForm(coefficients, center: center, radius: radius, alpha: alpha)
    let straight = coefficients.repeatedBatch(center.shape[0])
    return (straight * slope + bend.form * (1 - slope), bend.constant * (1 - slope))
  }

  package func startingAlpha(over input: Interval, _ slope: ReLUSlope) -> Tensor? {
    if case .leakyReLU = function { return reluSlopes(input, slope) }
    return Tensor(shape: input.center.flattenedRows.shape, repeating: 0.5)
  }
}
