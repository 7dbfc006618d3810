import Networks
import Relaxations
import Tensors

/// max(x, 0). It rises, so that the ends of boxes pass through.
///
/// Forms take three cases of the pre-activation interval [l, u] (Zhang et al. 2018): the identity
/// where l ≥ 0, zero where u ≤ 0, and for an undecided neuron the chord u/(u − l)·(h − l) above and
/// a line α·h below, 0 ≤ α ≤ 1, which ``ReLUSlope`` or α-CROWN chooses.
extension ReLU: RelaxedRule {
  package var isExactOnceDecided: Bool { true }
  package var isScalarwise: Bool { true }

  /// Returns [max(l, 0), max(u, 0)].
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

/// Returns the slopes α of ReLU's lower lines on intervals, [batch, n]: 1 or 0 on decided neurons.
func reluSlopes(_ preactivation: Interval, _ slope: ReLUSlope) -> Tensor {
  activationLines(
    .leakyReLU(slope: 0), center: preactivation.center.flattenedRows,
    radius: preactivation.radius.flattenedRows, slope: slope
  ).lowerSlope
}

extension ReLU: OutwardRelaxedRule {
  package func outwardBox(of input: Interval, deployed: Bool) -> Interval {
    Interval(outwardReLU(center: input.center, radius: input.radius))
  }

  package func outwardRelaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace, deployed: Bool
  ) -> (form: Tensor, constant: Tensor) {
    let (center, radius) = (input.center.flattenedRows, input.radius.flattenedRows)
    guard let alpha = place.alpha else {
      return outwardReLUForm(coefficients, center: center, radius: radius, slope: place.slope)
    }
    return outwardReLUForm(coefficients, center: center, radius: radius, alpha: alpha)
  }
}
