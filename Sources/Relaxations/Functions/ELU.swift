import RealModule

/// x above 0, alpha·(eˣ − 1) below, alpha ≥ 0. At 0 its slope goes from alpha to 1.
struct ELU: ScalarFunction {
  let alpha: Double

  var isBounded: Bool { alpha >= 0 && alpha.isFinite }

  func value(_ x: Double) -> Double { x > 0 ? x : alpha * .expMinusOne(x) }

  func derivative(_ x: Double) -> Double { x > 0 ? 1 : alpha * .exp(x) }

  func secondDerivative(_ x: Double) -> Double { x > 0 ? 0 : alpha * .exp(x) }

  var turns: [Double] { [] }
  var bends: [Double] { Self.kinks }
  var kinks: [Double] { Self.kinks }
  var reach: Double { 800 }

  /// With alpha 1 the slope does not jump, which does no harm.
  private static let kinks = [0.0]

  func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double] {
    slope > 0 && slope < alpha ? [0, .log(slope / alpha)] : Self.kinks
  }
}
