import RealModule

/// Planes around log Σ exp(z) on a box of logits.
///
/// It is convex, so that its tangent lies below. Above, chords of the exponentials make the sum
/// affine, whose logarithm is concave and lies below its tangent (Wei et al. 2023): over z itself,
/// or over the differences to the largest logit, which loses nothing where that one dominates.
///
/// Log softmax needs both planes; softmax is bounded through them (``SoftmaxPlanes``).
package struct LogSumExpPlanes {
  /// The tangent at the centre of the box.
  package let lower: Plane
  /// The lower at the centre of the two candidates above; a constant where neither is finite.
  package let upper: Plane

  /// Makes planes that hold on the box.
  package init(_ box: LogitBox) {
    let center = box.center
    let value = logSumExp(center)
    lower = Plane(slopes: center.map { .exp($0 - value) }, value: value, at: center)
    let pivot = center.indices.max { center[$0] < center[$1] }
    let candidates = [Self.above(box, pivot: nil), Self.above(box, pivot: pivot)]
    // Both candidates hold. One that overflowed is left out; the constant holds always, since log Σ
    // exp rises with every logit.
    upper =
      candidates.filter(\.isFinite).min { $0.value(at: center) < $1.value(at: center) }
      ?? Plane(constant: logSumExp(box.upper) + box.slack, count: box.count)
  }

  /// Returns the tangent at the centre of log Σ chord(exp(z_j − s)) + s, where s is the pivot's
  /// logit or the largest upper end.
  ///
  /// - Parameter pivot: The logit that is subtracted from all; nil to subtract a constant, which
  ///   only keeps exponentials from overflowing.
  private static func above(_ box: LogitBox, pivot: Int?) -> Plane {
    let shift = box.upper.max() ?? 0
    let reference =
      pivot.map { (lower: box.lower[$0], upper: box.upper[$0]) } ?? (lower: shift, upper: shift)
    let center = box.center
    var (sum, slopes) = (0.0, [Double](repeating: 0, count: box.count))
    for j in slopes.indices {
      let isPivot = j == pivot
      let chord = ExponentialChord(
        isPivot ? 0 : box.lower[j] - reference.upper, isPivot ? 0 : box.upper[j] - reference.lower)
      sum += chord.valueInTheMiddle
      slopes[j] = isPivot ? 0 : chord.slope
    }
    slopes = slopes.map { $0 / sum }
    // Adding a number to all logits adds it to log Σ exp, so the slopes of a plane over differences
    // sum to 1 with that of the pivot.
    if let pivot { slopes[pivot] = 1 - slopes.reduce(0, +) }
    let value = Double.log(sum) + (pivot.map { center[$0] } ?? shift)
    return Plane(slopes: slopes, value: value, at: center)
  }
}
