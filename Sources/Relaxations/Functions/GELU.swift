import RealModule

/// x·Φ(x), with Φ the normal distribution function (Hendrycks and Gimpel 2016). It falls to its
/// only minimum near −0.75 and rises from there.
struct GELU: ScalarFunction {
  var isBounded: Bool { true }

  func value(_ x: Double) -> Double { x * probability(below: x) }

  func derivative(_ x: Double) -> Double { probability(below: x) + x * density(x) }

  func secondDerivative(_ x: Double) -> Double { (2 - x * x) * density(x) }

  var turns: [Double] { Self.turns }
  var bends: [Double] { Self.bends }
  var kinks: [Double] { [] }
  /// Beyond it density and tail, of the order of e⁻⁸⁰⁰, are 0 in Double.
  var reach: Double { 40 }
  var runtimeTolerance: RuntimeTolerance { RuntimeTolerance(absolute: 0x1p-20, relative: 0x1p-20) }
  /// The derivative by √½ is at most 0.42, and readers take numbers within 1.2·10⁻⁷ of it.
  var spellingTolerance: RuntimeTolerance { RuntimeTolerance(absolute: 0x1p-24) }

  private static let turns = [-0.751791524693564457]
  /// The roots of the second derivative (2 − x²)·φ(x). The derivative falls from 0 up to −√2, rises
  /// to √2 and falls to 1.
  private static let bends = [-2.0.squareRoot(), 2.0.squareRoot()]

  // √½ and √(2π) as numbers: roots are not computed while compiling here.

  /// Φ(x) by the complementary error function, which keeps its relative precision far below 0,
  /// where 1 − erf would cancel.
  private func probability(below x: Double) -> Double { 0.5 * .erfc(-x * 0.7071067811865476) }

  /// The normal density φ(x).
  private func density(_ x: Double) -> Double { .exp(-0.5 * x * x) / 2.5066282746310002 }
}
