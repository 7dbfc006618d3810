import RealModule

/// x·Φ(x), with Φ the normal distribution function.
package enum GELU: BentFunction {
  package static let turns = [-0.751791524693564457]
  /// Its derivative falls from 0 up to −√2, rises to √2 and falls to 1.
  package static let bends = [-2.0.squareRoot(), 2.0.squareRoot()]
  package static let kinks: [Double] = []
  package static let reach = 40.0

  package static func value(_ x: Double) -> Double { x * probability(below: x) }

  package static func derivative(_ x: Double) -> Double { probability(below: x) + x * density(x) }

  package static func secondDerivative(_ x: Double) -> Double { (2 - x * x) * density(x) }

  private static func probability(below x: Double) -> Double { 0.5 * .erfc(-x * 0.5.squareRoot()) }

  private static func density(_ x: Double) -> Double {
    .exp(-0.5 * x * x) / (2 * .pi).squareRoot()
  }
}
