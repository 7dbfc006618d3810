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
    let (c, r) = (center.scalars.map(Double.init), radius.scalars.map(Double.init))
    let count = Double(max(c.count, 1))
    let meanRadius = max(r.reduce(0, +) / count, 1e-12)
    let tightness = inputRadius / meanRadius
    var value = max(tolerance - tightness, 0) / tolerance
    let byRadius = tightness < tolerance ? tightness / meanRadius / tolerance / count : 0
    let balance = balance(c, r)
    value += balance.value
    return (
      value, Tensor(shape: center.shape, balance.byCenter.map { Float($0) }),
      Tensor(shape: radius.shape, repeating: Float(byRadius))
    )
  }

  private func balance(_ c: [Double], _ r: [Double]) -> (value: Double, byCenter: [Double]) {
    let count = Double(max(c.count, 1))
    let mean = c.reduce(0, +) / count
    var (active, inactive) = (0.0, 0.0)
    var spread = (active: 0.0, inactive: 0.0)
    var drift = (active: 0.0, inactive: 0.0)  // Σ (c − mean) over each side
    for i in c.indices {
      let deviation = c[i] - mean
      if c[i] - r[i] > 0 {
        active += c[i] / count
        spread.active += deviation * deviation
        drift.active += deviation
      } else if c[i] + r[i] < 0 {
        inactive -= c[i] / count
        spread.inactive += deviation * deviation
        drift.inactive += deviation
      }
    }
    guard active > 0, inactive > 0, spread.active > 0, spread.inactive > 0 else {
      return (0, c.map { _ in 0 })
    }
    let means = term(active, inactive)
    let spreads = term(spread.active, spread.inactive)
    let common =
      -2 / count * (spreads.byFirst * drift.active + spreads.bySecond * drift.inactive)
    let byCenter = c.indices.map { i -> Double in
      let deviation = c[i] - mean
      if c[i] - r[i] > 0 {
        return means.byFirst / count + spreads.byFirst * 2 * deviation + common
      }
      if c[i] + r[i] < 0 {
        return -means.bySecond / count + spreads.bySecond * 2 * deviation + common
      }
      return common
    }
    return (means.value + spreads.value, byCenter)
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
