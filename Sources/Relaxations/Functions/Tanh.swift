import RealModule

/// tanh x, convex below 0 and concave above.
struct Tanh: SShaped {
  var isBounded: Bool { true }

  func value(_ x: Double) -> Double { .tanh(x) }

  /// 1/cosh² x, which keeps its relative precision in the tails, where 1 − tanh² would cancel.
  func derivative(_ x: Double) -> Double {
    let value = Double.cosh(x)
    return 1 / (value * value)
  }

  func secondDerivative(_ x: Double) -> Double { -2 * .tanh(x) * derivative(x) }

  var turns: [Double] { [] }
  var bends: [Double] { Self.bends }
  var kinks: [Double] { [] }
  /// Beyond it cosh² overflows, and the slope is 0.
  var reach: Double { 400 }
  var runtimeTolerance: RuntimeTolerance { RuntimeTolerance(absolute: 0x1p-21) }

  private static let bends = [0.0]

  /// Solves 1/cosh² x = s in closed form. A slope above 1 gives 0, the steepest point.
  func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double] {
    guard slope > 0 else { return [] }
    let point = Double.acosh(max(1 / slope.squareRoot(), 1))
    return point.isFinite ? [-point, point] : []
  }
}
