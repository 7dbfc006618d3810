import RealModule

/// x above 0, alpha·(eˣ − 1) below, alpha ≥ 0. At 0 its slope goes from alpha to 1: up to alpha 1
/// it is convex, above it has a concave kink there.
struct ELU: ScalarFunction {
  /// What −ELU comes near to far below 0, and the slope just below 0.
  let alpha: Double

  var isBounded: Bool { alpha >= 0 && alpha.isFinite }

  /// eˣ − 1 is computed without cancellation, so values near 0 keep all their digits.
  func value(_ x: Double) -> Double { x > 0 ? x : alpha * .expMinusOne(x) }

  func derivative(_ x: Double) -> Double { x > 0 ? 1 : alpha * .exp(x) }

  func secondDerivative(_ x: Double) -> Double { x > 0 ? 0 : alpha * .exp(x) }

  var turns: [Double] { [] }
  var bends: [Double] { Self.kinks }
  var kinks: [Double] { Self.kinks }
  /// Beyond it e⁻⁸⁰⁰ is 0 in Double, so that the slope is 0 or 1.
  var reach: Double { 800 }
  var runtimeTolerance: RuntimeTolerance { RuntimeTolerance(absolute: max(alpha, 1) * 0x1p-21) }

  /// With alpha 1 the slope does not jump at 0, which does no harm.
  private static let kinks = [0.0]

  /// Below 0 the slope alpha·eˣ is s at log(s/alpha), which is negative where s is smaller than
  /// alpha.
  func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double] {
    slope > 0 && slope < alpha ? [0, .log(slope / alpha)] : Self.kinks
  }
}
