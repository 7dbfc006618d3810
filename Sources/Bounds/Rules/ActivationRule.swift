import Networks
import Relaxations
import Tensors

/// An activation applied elementwise.
///
/// Boxes hold the function's values at the ends and where it turns in between, so that functions
/// that fall and rise, such as GELU, are bounded as well. Forms take the lines of the function
/// (``activationLines(_:center:radius:slope:)``), or with free slopes those of its convex hull.
extension Activation: RelaxedRule {
  package var isScalarwise: Bool { true }

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

extension Activation: OutwardRelaxedRule {
  package func outwardBox(of input: Interval, deployed: Bool) -> Interval {
    Interval(
      outwardActivation(
        function, center: input.center, radius: input.radius, deployed: deployed))
  }

  package func outwardRelaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace, deployed: Bool
  ) -> (form: Tensor, constant: Tensor) {
    let (center, radius) = (input.center.flattenedRows, input.radius.flattenedRows)
    guard let alpha = place.alpha else {
      return outwardForm(
        coefficients, function, center: center, radius: radius, slope: place.slope,
        deployed: deployed)
    }
    guard case .leakyReLU(let slope) = function else {
      return outwardForm(
        coefficients, function, center: center, radius: radius, alpha: alpha, deployed: deployed)
    }
    return outwardBentForm(
      coefficients, alpha: alpha, center: center, radius: radius, slope: slope, deployed: deployed)
  }

  /// Relaxes leaky ReLU as slope·h + (1 − slope)·max(h, 0), of which alpha chooses the lower lines.
  private func outwardBentForm(
    _ coefficients: Tensor, alpha: Tensor, center: Tensor, radius: Tensor, slope: Float,
    deployed: Bool
  ) -> (form: Tensor, constant: Tensor) {
    let bend = outwardReLUForm(coefficients, center: center, radius: radius, alpha: alpha)
    let straight = coefficients.repeatedBatch(center.shape[0])
    let form = straight * slope + bend.form * (1 - slope)
    // Both parts are of the coefficient's size at most, and a part passes four roundings; a runtime
    // rounds one product.
    let allowance = RoundingModel.gamma(5) + (deployed ? Double(slope) * 0x1.01p-24 : 0)
    let loss = outwardBounds(
      straight, center: .zeros(center.shape),
      radius: outwardRadius(
        center: center, radius: radius, byRadius: Float(roundedUp: allowance),
        byCenter: Float(roundedUp: allowance)))
    // The constant is not positive, and 1 − slope errs by a rounding.
    let constant = bend.constant * (1 - slope).nextUp
    return (form, outwardSum(outwardSum(constant, constant * 0x1p-22), loss))
  }
}
