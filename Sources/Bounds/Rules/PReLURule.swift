import Networks
import Relaxations
import Tensors

/// With n(x) = min(x, 0), f(x) = max(x, 0) + a·n(x) for each channel. Boxes: exact, also where a is
/// negative, when f falls up to 0. Forms: f(x) = x + (1 − a)·max(−x, 0), of which only the second
/// part needs lines; its coefficient says which, so that any a will do. Above 0 the slope is 1
/// without rounding, below it errs by that of 1 − a.
extension PReLU: RelaxedRule {
  package var isExactOnceDecided: Bool { true }

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

  package func startingAlpha(over input: Interval, _ slope: ReLUSlope) -> Tensor? {
    reluSlopes(input.mirroredRows, slope.mirrored)
  }

  /// 1 − a for each channel of the layer's place.
  private func complement(_ place: LayerPlace) -> Tensor {
    let slopes = slopes(channels: place.inputShape.last!)
    return Tensor(shape: slopes.shape, repeating: 1) - slopes
  }

  /// Coefficients [batch, rows, n], each times the factor of its channel.
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
