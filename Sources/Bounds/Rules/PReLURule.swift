import Networks
import Relaxations
import Tensors

/// max(x, 0) + a·min(x, 0) with a slope a of any size and sign for each channel.
///
/// Boxes are exact, also where a is negative, when the function falls up to 0. For forms it is
/// written as x + (1 − a)·max(−x, 0), of which only the second part needs lines: those of ReLU at
/// −x. The sign of its coefficient, 1 − a times that of the output, says which line holds, so that
/// any a will do, and training may move it. Above 0 the slope is 1 without rounding, below it errs
/// by the rounding of 1 − a.
extension PReLU: RelaxedRule {
  package var isExactOnceDecided: Bool { true }
  package var isScalarwise: Bool { true }

  /// Returns the least and the largest value over [l, u]. With a split into its positive and its
  /// negative part and n(x) = max(−x, 0), the least is max(l, 0) − a⁺·n(l) + a⁻·n(u): of the two
  /// last terms one is 0.
  package func box(of input: Interval) -> Interval {
    let (lower, upper) = (input.lower, input.upper)
    let slopes = slopes(channels: lower.shape.last!)
    let (rising, falling) = (relu(slopes), relu(slopes * -1))
    let below = (lower: relu(lower * -1), upper: relu(upper * -1))
    func times(_ slopes: Tensor, _ x: Tensor) -> Tensor {
      channelAffine(x, scale: slopes, shift: nil)
    }
    let least = relu(lower) - times(rising, below.lower) + times(falling, below.upper)
    // Where f falls below 0, the largest value may be at either end.
    let largest =
      relu(upper) - times(rising, below.upper) + relu(times(falling, below.lower) - relu(upper))
    return Interval(lower: least, upper: largest)
  }

  package func relaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace
  ) -> (form: Tensor, constant: Tensor) {
    let mirrored = input.mirroredRows
    let bent = times(complement(place), coefficients)
    let relaxed =
      if let alpha = place.alpha {
        relaxedReLUForm(bent, center: mirrored.center, radius: mirrored.radius, alpha: alpha)
      } else {
        relaxedReLUForm(
          bent, center: mirrored.center, radius: mirrored.radius, slope: place.slope.mirrored)
      }
    return (coefficients.repeatedBatch(relaxed.form.shape[0]) - relaxed.form, relaxed.constant)
  }

  /// Slopes of the mirrored part that give the function the lower lines that `slope` chooses for
  /// ReLU.
  package func startingAlpha(over input: Interval, _ slope: ReLUSlope) -> Tensor? {
    reluSlopes(input.mirroredRows, slope.mirrored)
  }

  /// Returns 1 − a for each channel of the layer's place.
  private func complement(_ place: LayerPlace) -> Tensor {
    let slopes = slopes(channels: place.inputShape.last!)
    return Tensor(shape: slopes.shape, repeating: 1) - slopes
  }

  /// Multiplies coefficients [batch, rows, n] by the factor of each one's channel.
  private func times(_ factors: Tensor, _ coefficients: Tensor) -> Tensor {
    let shape = coefficients.shape
    let channels = coefficients.reshaped(
      [shape[0], shape[1], shape[2] / factors.count, factors.count])
    return channelAffine(channels, scale: factors, shift: nil).reshaped(shape)
  }
}

extension Interval {
  /// The interval of −x, [batch, n].
  fileprivate var mirroredRows: Interval {
    Interval(center: (center * -1).flattenedRows, radius: radius.flattenedRows)
  }
}

extension ReLUSlope {
  /// The choice for max(−x, 0) that gives x + max(−x, 0) the lower line of max(x, 0).
  fileprivate var mirrored: ReLUSlope {
    switch self {
    case .adaptive, .same: self
    case .zero: .one
    case .one: .zero
    }
  }
}

extension PReLU: OutwardRelaxedRule {
  package func outwardBox(of input: Interval, deployed: Bool) -> Interval {
    Interval(
      outwardBentLine(
        slopes: slopes(channels: input.center.shape.last!), center: input.center,
        radius: input.radius, deployed: deployed))
  }

  package func outwardRelaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace, deployed: Bool
  ) -> (form: Tensor, constant: Tensor) {
    let slopes = slopes(channels: place.inputShape.last!)
    let (center, radius) = (input.center.flattenedRows, input.radius.flattenedRows)
    guard let alpha = place.alpha else {
      return outwardForm(
        coefficients, slopes: slopes, center: center, radius: radius, slope: place.slope,
        deployed: deployed)
    }
    // Alpha is a slope of the mirrored bend, 0 where the hull's side has its last slope.
    let position = Tensor(shape: alpha.shape, repeating: 1) - alpha
    return outwardForm(
      coefficients, slopes: slopes, center: center, radius: radius, alpha: position,
      deployed: deployed)
  }
}
