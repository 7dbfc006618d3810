import RealModule

/// 1/(1 + e⁻ˣ), convex below 0 and concave above.
struct Sigmoid: SShaped {
  var isBounded: Bool { true }

  func value(_ x: Double) -> Double { logistic(x) }

  func derivative(_ x: Double) -> Double { logistic(x) * logistic(-x) }

  /// σ(1 − σ)(1 − 2σ), where 1 − 2σ is the difference of σ(−x) and σ(x).
  func secondDerivative(_ x: Double) -> Double { derivative(x) * (logistic(-x) - logistic(x)) }

  var turns: [Double] { [] }
  var bends: [Double] { Self.bends }
  var kinks: [Double] { [] }
  /// Beyond it e⁻⁸⁰⁰ is 0 in Double, and so is the slope.
  var reach: Double { 800 }
  var runtimeTolerance: RuntimeTolerance { RuntimeTolerance(absolute: 0x1p-21) }

  private static let bends = [0.0]

  /// Solves σ' = 1/(4 cosh²(x/2)) = s in closed form. A slope above ¼ gives 0, the steepest point,
  /// since the argument of acosh is raised to 1.
  func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double] {
    guard slope > 0 else { return [] }
    let point = 2 * Double.acosh(max(0.5 / slope.squareRoot(), 1))
    return point.isFinite ? [-point, point] : []
  }
}
