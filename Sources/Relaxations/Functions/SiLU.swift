/// x·σ(x), also called swish (Elfwing et al. 2018). It falls to its only minimum near −1.28 and
/// rises from there.
struct SiLU: ScalarFunction {
  var isBounded: Bool { true }

  func value(_ x: Double) -> Double { gated(x).value }

  func derivative(_ x: Double) -> Double { gated(x).derivative }

  func secondDerivative(_ x: Double) -> Double { gated(x).secondDerivative }

  var turns: [Double] { Self.turns }
  var bends: [Double] { Self.bends }
  var kinks: [Double] { [] }
  /// Beyond it e⁻⁸⁰⁰ is 0 in Double, so that the slope is 0 or 1.
  var reach: Double { 800 }
  /// That of the sigmoid, times |x|, and a product.
  var runtimeTolerance: RuntimeTolerance { RuntimeTolerance(absolute: 0x1p-126, relative: 0x1p-20) }

  /// The root of the derivative, to the digits of a Double.
  private static let turns = [-1.278464542761074]
  /// The roots of the second derivative, where x·tanh(x/2) is 2.
  private static let bends = [-2.3993572805154675, 2.3993572805154675]

  /// The gate is x itself.
  private func gated(_ x: Double) -> LogisticGate {
    LogisticGate(x: x, gate: x, first: 1, second: 0)
  }
}
