/// min(max(x, lower), upper) with lower < upper; NaN stays. It is piecewise linear with a convex
/// kink at `lower` and a concave one at `upper`.
struct Clip: ScalarFunction {
  let lower: Double
  let upper: Double
  /// The two points where it bends, which it does at kinks alone.
  let kinks: [Double]

  init(lower: Double, upper: Double) {
    (self.lower, self.upper, kinks) = (lower, upper, [lower, upper])
  }

  var isBounded: Bool { lower < upper }

  func value(_ x: Double) -> Double { x < lower ? lower : (x > upper ? upper : x) }

  func derivative(_ x: Double) -> Double { lower <= x && x < upper ? 1 : (x.isNaN ? x : 0) }

  func secondDerivative(_ x: Double) -> Double { 0 }

  var turns: [Double] { [] }
  var bends: [Double] { kinks }
  /// A little more than the farther kink; both pieces beyond are constant.
  var reach: Double { 2 * max(abs(lower), abs(upper)) + 1 }
  /// It only compares.
  var runtimeTolerance: RuntimeTolerance { .exact }

  /// A piecewise linear function minus a line is extreme at ends and kinks only.
  func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double] { kinks }
}
