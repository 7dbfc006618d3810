import RealModule

/// log(1 + eˣ), which is convex and rises: no turns, no bends.
struct Softplus: ScalarFunction {
  var isBounded: Bool { true }

  /// max(x, 0) + log(1 + e^−|x|), which neither overflows nor loses the small part.
  func value(_ x: Double) -> Double { max(x, 0) + .log(onePlus: .exp(-abs(x))) }

  func derivative(_ x: Double) -> Double { logistic(x) }

  func secondDerivative(_ x: Double) -> Double { logistic(x) * logistic(-x) }

  var turns: [Double] { [] }
  var bends: [Double] { [] }
  var kinks: [Double] { [] }
  /// Beyond it e⁻⁸⁰⁰ is 0 in Double, so that the slope is 0 or 1.
  var reach: Double { 800 }
  var runtimeTolerance: RuntimeTolerance { RuntimeTolerance(absolute: 0x1p-21, relative: 0x1p-21) }
  /// PyTorch switches to x where the gap is below half a unit in the last place, and 1/β is rounded.
  var spellingTolerance: RuntimeTolerance { RuntimeTolerance(absolute: 0x1p-22, relative: 0x1p-22) }

  /// Solves σ(x) = s: x = log s − log(1 − s), for slopes between 0 and 1.
  func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double] {
    slope > 0 && slope < 1 ? [.log(slope) - .log(onePlus: -slope)] : []
  }
}
