/// x/(1 + |x|).
package enum Softsign {
  package static func value(_ x: Double) -> Double { x / (1 + abs(x)) }

  package static func derivative(_ x: Double) -> Double { 1 / ((1 + abs(x)) * (1 + abs(x))) }

  package static func secondDerivative(_ x: Double) -> Double {
    (x < 0 ? 2 : -2) / ((1 + abs(x)) * (1 + abs(x)) * (1 + abs(x)))
  }

  /// Where the derivative is the slope.
  package static func turningPoints(slope: Double) -> [Double] {
    guard slope > 0, slope <= 1 else { return [] }
    let point = 1 / slope.squareRoot() - 1
    return [-point, point]
  }
}
