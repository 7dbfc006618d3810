/// x·σ(x).
struct SiLU: ScalarFunction {
  var isBounded: Bool { true }

  func value(_ x: Double) -> Double { gated(x).value }

  func derivative(_ x: Double) -> Double { gated(x).derivative }

  func secondDerivative(_ x: Double) -> Double { gated(x).secondDerivative }

  var turns: [Double] { Self.turns }
  var bends: [Double] { Self.bends }
  var kinks: [Double] { [] }
  var reach: Double { 800 }

  private static let turns = [-1.278464542761074]
  /// Where x·tanh(x/2) is 2.
  private static let bends = [-2.3993572805154675, 2.3993572805154675]

  private func gated(_ x: Double) -> LogisticGate {
    LogisticGate(x: x, gate: x, first: 1, second: 0)
  }
}
