/// max(x, slope·x) with 0 ≤ slope ≤ 1: two lines that meet at 0.
struct LeakyReLU: ScalarFunction {
  let slope: Double

  var isBounded: Bool { 0...1 ~= slope }

  func value(_ x: Double) -> Double { x > 0 ? x : slope * x }

  func derivative(_ x: Double) -> Double { x > 0 ? 1 : slope }

  func secondDerivative(_ x: Double) -> Double { 0 }

  var turns: [Double] { [] }
  var bends: [Double] { Self.kinks }
  var kinks: [Double] { Self.kinks }
  var reach: Double { 1 }

  private static let kinks = [0.0]

  func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double] { Self.kinks }

  /// As for ReLU: a decided one is a line, an undecided one has the chord above and, below, a slope
  /// between the two that the rule chooses.
  func slopes(_ l: Double, _ u: Double, _ rule: ReLUSlope) -> (lower: Slope, upper: Slope) {
    let chord = chord(l, u)
    guard l < 0, u > 0 else { return (chord, chord) }
    switch rule {
    case .adaptive: return (Slope(value: u > -l ? 1 : slope), chord)
    case .same: return (chord, chord)
    case .zero: return (Slope(value: slope), chord)
    case .one: return (Slope(value: 1), chord)
    }
  }
}
