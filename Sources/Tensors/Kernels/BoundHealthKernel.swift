import CKernels

/// The regularisers of short warm-up IBP (Shi et al. 2021, equations 8 to 10) on one layer's
/// pre-activation intervals, with their gradient made in the same pass.
struct BoundHealthKernel {
  /// Below this ratio a term counts.
  let tolerance: Double
  /// The mean radius of the input's intervals.
  let inputRadius: Double

  /// relu(tolerance − inputRadius / mean radius) / tolerance, plus the same for the ratios, not above
  /// 1, of the mean and of the spread of active and inactive neurons' centres.
  ///
  /// - Returns: The sum, and its gradients by centre and radius.
  func evaluate(
    _ center: Tensor, _ radius: Tensor
  ) -> (value: Double, center: Tensor, radius: Tensor) {
    defer { keepAlive(center, radius) }
    let count = Double(max(center.count, 1))
    let meanRadius = max(ck_sum(radius.pointer, radius.count) / count, 1e-12)
    let tightness = inputRadius / meanRadius
    let byRadius = tightness < tolerance ? tightness / meanRadius / tolerance / count : 0
    let balance = balance(center, radius)
    return (
      max(tolerance - tightness, 0) / tolerance + balance.value, balance.byCenter,
      Tensor(shape: center.shape, repeating: Float(byRadius))
    )
  }

  /// Of one side, active or inactive.
  private struct Side {
    /// Σ c, Σ (c − mean) and Σ (c − mean)².
    let total, drift, spread: Double
  }

  private func balance(_ center: Tensor, _ radius: Tensor) -> (value: Double, byCenter: Tensor) {
    let count = Double(max(center.count, 1))
    let mean = ck_sum(center.pointer, center.count) / count
    var sums = [Double](repeating: 0, count: 6)
    ck_health_sums(center.pointer, radius.pointer, mean, center.count, &sums)
    let active = Side(total: sums[0], drift: sums[1], spread: sums[2])
    let inactive = Side(total: -sums[3], drift: sums[4], spread: sums[5])
    guard active.total > 0, inactive.total > 0, active.spread > 0, inactive.spread > 0 else {
      return (0, .zeros(center.shape))
    }
    let means = term(active.total / count, inactive.total / count)
    let spreads = term(active.spread, inactive.spread)
    // Every centre moves the mean that deviations are from.
    let common =
      -2 / count * (spreads.byFirst * active.drift + spreads.bySecond * inactive.drift)
    let factors = [
      means.byFirst / count, 2 * spreads.byFirst, -means.bySecond / count, 2 * spreads.bySecond,
      common,
    ]
    let out = result(center.shape)
    ck_health_gradient(
      center.pointer, radius.pointer, mean, factors, out.pointer, center.count)
    return (means.value + spreads.value, out.tensor)
  }

  /// relu(tolerance − min(a/b, b/a)) / tolerance and its derivatives.
  private func term(
    _ a: Double, _ b: Double
  ) -> (value: Double, byFirst: Double, bySecond: Double) {
    let ratio = min(a / b, b / a)
    guard ratio < tolerance else { return (0, 0, 0) }
    let (byA, byB) = a < b ? (1 / b, -a / (b * b)) : (-b / (a * a), 1 / a)
    return ((tolerance - ratio) / tolerance, -byA / tolerance, -byB / tolerance)
  }
}
