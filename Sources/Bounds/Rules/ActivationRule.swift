import Networks
import Relaxations
import Tensors

/// An activation applied elementwise.
///
/// Boxes hold the function's values at the ends and where it turns in between, so that functions
/// that fall and rise, such as GELU, are bounded as well. Forms take the lines of the function
/// (``activationLines(_:center:radius:slope:)``), or with free slopes those of its convex hull.
extension Activation: RelaxedRule {
  /// True for leaky ReLU alone: other functions are curved on a side of 0, or bend elsewhere.
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

  /// Relaxes a form with slopes chosen for each row.
  ///
  /// Leaky ReLU of slope s is s·h + (1 − s)·max(h, 0), of which the first part needs no lines;
  /// alpha is the lower slope of the second, whose factor 1 − s is not negative and leaves the
  /// choice of the line to the coefficient's sign. For other activations alpha chooses among the
  /// hull's lines.
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

  /// Leaky ReLU starts from the slopes of the rule; other activations start in the middle of the
  /// hull's slopes.
  package func startingAlpha(over input: Interval, _ slope: ReLUSlope) -> Tensor? {
    if case .leakyReLU = function { return reluSlopes(input, slope) }
    return Tensor(shape: input.center.flattenedRows.shape, repeating: 0.5)
  }
}
