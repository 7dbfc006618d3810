import RealModule

/// 1/(1 + e⁻ˣ).
struct Sigmoid: SShaped {
  var isBounded: Bool { true }

  func value(_ x: Double) -> Double { logistic(x) }

  func derivative(_ x: Double) -> Double { logistic(x) * logistic(-x) }

  func secondDerivative(_ x: Double) -> Double { derivative(x) * (logistic(-x) - logistic(x)) }

  var turns: [Double] { [] }
  var bends: [Double] { Self.bends }
  var kinks: [Double] { [] }
  var reach: Double { 800 }

  private static let bends = [0.0]

  /// σ' = 1/(4 cosh²(x/2)).
  func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double] {
    guard slope > 0 else { return [] }
    let point = 2 * Double.acosh(max(0.5 / slope.squareRoot(), 1))
    return point.isFinite ? [-point, point] : []
  }
}
