import RealModule

/// x·Φ(x), with Φ the normal distribution function.
struct GELU: ScalarFunction {
  var isBounded: Bool { true }

  func value(_ x: Double) -> Double { x * probability(below: x) }

  func derivative(_ x: Double) -> Double { probability(below: x) + x * density(x) }

  func secondDerivative(_ x: Double) -> Double { (2 - x * x) * density(x) }

  var turns: [Double] { Self.turns }
  var bends: [Double] { Self.bends }
  var kinks: [Double] { [] }
  var reach: Double { 40 }

  private static let turns = [-0.751791524693564457]
  /// Its derivative falls from 0 up to −√2, rises to √2 and falls to 1.
  private static let bends = [-2.0.squareRoot(), 2.0.squareRoot()]

  // √½ and √(2π) as numbers: roots are not computed while compiling here.

  private func probability(below x: Double) -> Double { 0.5 * .erfc(-x * 0.7071067811865476) }

  private func density(_ x: Double) -> Double { .exp(-0.5 * x * x) / 2.5066282746310002 }
}
