/// x/(1 + |x|), convex below 0 and concave above. Its derivative 1/(1 + |x|)² is continuous; the
/// second jumps at 0.
struct Softsign: SShaped {
  var isBounded: Bool { true }

  func value(_ x: Double) -> Double { x / (1 + abs(x)) }

  func derivative(_ x: Double) -> Double { 1 / ((1 + abs(x)) * (1 + abs(x))) }

  func secondDerivative(_ x: Double) -> Double {
    (x < 0 ? 2 : -2) / ((1 + abs(x)) * (1 + abs(x)) * (1 + abs(x)))
  }

  var turns: [Double] { [] }
  var bends: [Double] { Self.bends }
  var kinks: [Double] { [] }
  /// The slope falls so slowly that only beyond this number the square of the denominator
  /// overflows.
  var reach: Double { 0x1p512 }
  /// A sum and a quotient, which is at most 1.
  var runtimeTolerance: RuntimeTolerance { RuntimeTolerance(absolute: 0x1p-21) }

  private static let bends = [0.0]

  /// Solves 1/(1 + |x|)² = s, for slopes up to 1.
  func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double] {
    guard slope > 0, slope <= 1 else { return [] }
    let point = 1 / slope.squareRoot() - 1
    return [-point, point]
  }
}
