import CKernels

/// The regularisers of short warm-up IBP (Shi et al. 2021, equations 8 to 10) on one layer's
/// pre-activation intervals.
///
/// One pass over the intervals gives eight sums, from which the value and the factors of all
/// derivatives follow; a second pass makes the gradients. The kernel is its own residual: it keeps
/// six numbers and no array.
struct BoundHealthKernel: Residual {
  /// The sum of two terms: relu(tolerance − inputRadius / mean radius) / tolerance, plus the same
  /// for the ratios, not above 1, of the mean and of the spread of active and inactive neurons'
  /// centres.
  let value: Double
  /// What ``ck_health_gradient`` multiplies numbers, centres and radii by.
  private let factors: [Double]

  /// Computes the value and the factors.
  ///
  /// - Parameters:
  ///   - tolerance: Below this ratio a term counts.
  ///   - inputRadius: The mean radius of the input's intervals.
  init(_ center: DeviceArray, _ radius: DeviceArray, tolerance: Double, inputRadius: Double) {
    let count = Double(max(center.count, 1))
    let sums = Self.sums(center, radius)
    // Intervals of no width (at the ramp's start) would make the ratio infinite.
    let meanRadius = max(sums[0] / count, 1e-12)
    let tightness = inputRadius / meanRadius
    let byRadius = tightness < tolerance ? tightness / meanRadius / tolerance / count : 0
    let mean = sums[1] / count
    let balance = Self.balance(
      Side(sums[2...4], around: mean), Side(sums[5...7], around: mean), mean, count, tolerance)
    value = max(tolerance - tightness, 0) / tolerance + balance.value
    factors = balance.factors + [byRadius]
  }

  /// Returns the gradients by centre and radius, times a number. The radius has the same gradient
  /// everywhere, since only its mean counts.
  func gradients(
    _ center: DeviceArray, _ radius: DeviceArray, times factor: Float
  ) -> (center: DeviceArray, radius: DeviceArray) {
    let (byCenter, byRadius) = (result(center.shape), result(radius.shape))
    let (c, r, factors) = (center.pointer, radius.pointer, factors.map { Float($0) * factor })
    parallelRanges(center.count, work: 4 * center.count) { range in
      let i = range.lowerBound
      ck_health_gradient(
        c + i, r + i, factors, byCenter.pointer + i, byRadius.pointer + i, range.count)
    }
    keepAlive(center, radius)
    return (byCenter.array, byRadius.array)
  }

  /// Returns the eight sums of ``ck_health_sums``: Σ r and Σ c of all neurons, then number, Σ c and
  /// Σ c² of the active and of the inactive ones.
  private static func sums(_ center: DeviceArray, _ radius: DeviceArray) -> [Double] {
    let (c, r) = (center.pointer, radius.pointer)
    defer { keepAlive(center, radius) }
    return sumsOfRuns(center.count, width: 8, work: 2 * center.count) { range, sums in
      ck_health_sums(c + range.lowerBound, r + range.lowerBound, range.count, sums)
    }
  }

  /// The active or the inactive neurons of the layer.
  private struct Side {
    /// |Σ c|, Σ (c − mean) and Σ (c − mean)², where the mean is that of all neurons' centres.
    let total, drift, spread: Double

    /// - Parameter sums: Their number, Σ c and Σ c².
    init(_ sums: ArraySlice<Double>, around mean: Double) {
      let (number, sum, squares) = (
        sums[sums.startIndex], sums[sums.startIndex + 1], sums[sums.startIndex + 2]
      )
      total = abs(sum)
      drift = sum - mean * number
      spread = squares - mean * (sum + drift)
    }
  }

  /// Returns the term for both ratios, and the five factors of its derivatives by the centres. Both
  /// are 0 where either side has no neurons.
  private static func balance(
    _ active: Side, _ inactive: Side, _ mean: Double, _ count: Double, _ tolerance: Double
  ) -> (value: Double, factors: [Double]) {
    guard active.total > 0, inactive.total > 0, active.spread > 0, inactive.spread > 0 else {
      return (0, [0, 0, 0, 0, 0])
    }
    let means = term(active.total / count, inactive.total / count, tolerance)
    let spreads = term(active.spread, inactive.spread, tolerance)
    // Every centre moves the mean that deviations are from.
    let common =
      -2 / count * (spreads.byFirst * active.drift + spreads.bySecond * inactive.drift)
    let factors = [
      means.byFirst / count - 2 * spreads.byFirst * mean, 2 * spreads.byFirst,
      -means.bySecond / count - 2 * spreads.bySecond * mean, 2 * spreads.bySecond, common,
    ]
    return (means.value + spreads.value, factors)
  }

  /// Returns relu(tolerance − min(a/b, b/a)) / tolerance and its derivatives by a and b.
  private static func term(
    _ a: Double, _ b: Double, _ tolerance: Double
  ) -> (value: Double, byFirst: Double, bySecond: Double) {
    let ratio = min(a / b, b / a)
    guard ratio < tolerance else { return (0, 0, 0) }
    let (byA, byB) = a < b ? (1 / b, -a / (b * b)) : (-b / (a * a), 1 / a)
    return ((tolerance - ratio) / tolerance, -byA / tolerance, -byB / tolerance)
  }
}
