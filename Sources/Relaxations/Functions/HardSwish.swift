/// x·clip(x/6 + ½, 0, 1) (Howard et al. 2019): 0 up to −3, x from 3 on, a parabola between. The
/// slope jumps at both seams, from 0 to −½ and from 3/2 to 1.
struct HardSwish: ScalarFunction {
  var isBounded: Bool { true }

  func value(_ x: Double) -> Double { x <= -3 ? 0 : (x >= 3 ? x : x * (x + 3) / 6) }

  func derivative(_ x: Double) -> Double { x < -3 ? 0 : (x >= 3 ? 1 : x / 3 + 0.5) }

  func secondDerivative(_ x: Double) -> Double { x < -3 || x >= 3 ? 0 : 1.0 / 3 }

  var turns: [Double] { Self.turns }
  var bends: [Double] { Self.kinks }
  var kinks: [Double] { Self.kinks }
  /// A little more than the seams; both pieces beyond are lines.
  var reach: Double { 4 }
  /// Four operations, whose results are at most |x|.
  var runtimeTolerance: RuntimeTolerance { RuntimeTolerance(absolute: 0x1p-126, relative: 0x1p-21) }
  /// Readers take slopes within 2⁻²² of 1/6.
  var spellingTolerance: RuntimeTolerance { RuntimeTolerance(relative: 0x1p-22) }

  /// The parabola's lowest point.
  private static let turns = [-1.5]
  /// The seams of the three pieces.
  private static let kinks = [-3.0, 3]
}
