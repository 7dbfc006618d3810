import RealModule

/// log(1 + eˣ), which is convex.
struct Softplus: ScalarFunction {
  var isBounded: Bool { true }

  func value(_ x: Double) -> Double { max(x, 0) + .log(onePlus: .exp(-abs(x))) }

  func derivative(_ x: Double) -> Double { logistic(x) }

  func secondDerivative(_ x: Double) -> Double { logistic(x) * logistic(-x) }

  var turns: [Double] { [] }
  var bends: [Double] { [] }
  var kinks: [Double] { [] }
  var reach: Double { 800 }

  /// σ(x) = s where x = log s − log(1 − s).
  func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double] {
    slope > 0 && slope < 1 ? [.log(slope) - .log(onePlus: -slope)] : []
  }
}
