/// x·clip(x/6 + ½, 0, 1): 0 up to −3, x from 3 on, a parabola between.
struct HardSwish: ScalarFunction {
  var isBounded: Bool { true }

  func value(_ x: Double) -> Double { x <= -3 ? 0 : (x >= 3 ? x : x * (x + 3) / 6) }

  func derivative(_ x: Double) -> Double { x < -3 ? 0 : (x >= 3 ? 1 : x / 3 + 0.5) }

  func secondDerivative(_ x: Double) -> Double { x < -3 || x >= 3 ? 0 : 1.0 / 3 }

  var turns: [Double] { Self.turns }
  var bends: [Double] { Self.kinks }
  var kinks: [Double] { Self.kinks }
  var reach: Double { 4 }

  private static let turns = [-1.5]
  private static let kinks = [-3.0, 3]
}
