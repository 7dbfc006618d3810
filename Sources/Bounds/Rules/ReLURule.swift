import Networks
import Relaxations
import Tensors

/// Boxes: monotone, so the ends pass through. Forms: the lines of ``ReLUSlope``.
extension ReLU: RelaxedRule {
  package var isExactOnceDecided: Bool { true }

  package func box(of input: Interval) -> Interval {
    let output = intervalReLU(center: input.center, radius: input.radius)
    return Interval(center: output.center, radius: output.radius)
  }

  package func relaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace
  ) -> (form: Tensor, constant: Tensor) {
    let (center, radius) = (input.center.flattenedRows, input.radius.flattenedRows)
    guard let alpha = place.alpha else {
      return relaxedReLUForm(coefficients, center: center, radius: radius, slope: place.slope)
    }
    return relaxedReLUForm(coefficients, center: center, radius: radius, alpha: alpha)
  }

  package func startingAlpha(over input: Interval, _ slope: ReLUSlope) -> Tensor? {
    reluSlopes(input, slope)
  }
}

/// The slopes of ReLU's lower lines, [batch, n].
func reluSlopes(_ preactivation: Interval, _ slope: ReLUSlope) -> Tensor {
  activationLines(
    .leakyReLU(slope: 0), center: preactivation.center.flattenedRows,
    radius: preactivation.radius.flattenedRows, slope: slope
  ).lowerSlope
}
