/// x/2·(1 + tanh u), u = √(2/π)·(x + 0.044715·x³), which is x·σ(2u): what frameworks offer as the
/// approximation of GELU (Hendrycks and Gimpel 2016). It is kept apart from GELU, since its values,
/// turn and bends differ.
struct TanhGELU: ScalarFunction {
  var isBounded: Bool { true }

  func value(_ x: Double) -> Double { gated(x).value }

  func derivative(_ x: Double) -> Double { gated(x).derivative }

  func secondDerivative(_ x: Double) -> Double { gated(x).secondDerivative }

  var turns: [Double] { Self.turns }
  var bends: [Double] { Self.bends }
  var kinks: [Double] { [] }
  /// Beyond it the gate is larger than 800, so that the slope is 0 or 1.
  var reach: Double { 40 }
  var runtimeTolerance: RuntimeTolerance { RuntimeTolerance(absolute: 0x1p-20, relative: 0x1p-20) }
  /// Readers take coefficients within 1.2·10⁻⁷, which move the value by 1.1 times that at most.
  var spellingTolerance: RuntimeTolerance { RuntimeTolerance(absolute: 0x1p-22) }

  /// The root of the derivative, to the digits of a Double.
  private static let turns = [-0.7524614220710162]
  /// The roots of the second derivative.
  private static let bends = [-1.4185040087908285, 1.4185040087908285]
  /// 2·√(2/π), the factor of the gate 2u.
  private static let scale = 2 * (2 / Double.pi).squareRoot()
  /// The coefficient of x³.
  private static let cubic = 0.044715

  /// The gate is 2u, with its first two derivatives.
  private func gated(_ x: Double) -> LogisticGate {
    let (scale, cubic) = (Self.scale, Self.cubic)
    return LogisticGate(
      x: x, gate: scale * (x + cubic * x * x * x), first: scale * (1 + 3 * cubic * x * x),
      second: 6 * scale * cubic * x)
  }
}
