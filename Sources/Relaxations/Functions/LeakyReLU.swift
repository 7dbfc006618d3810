/// max(x, slope·x) with 0 ≤ slope ≤ 1: two lines that meet at 0. With slope 0 it is ReLU.
struct LeakyReLU: ScalarFunction {
  /// The slope below 0.
  let slope: Double

  var isBounded: Bool { 0...1 ~= slope }

  func value(_ x: Double) -> Double { x > 0 ? x : slope * x }

  func derivative(_ x: Double) -> Double { x > 0 ? 1 : slope }

  func secondDerivative(_ x: Double) -> Double { 0 }

  var turns: [Double] { [] }
  var bends: [Double] { Self.kinks }
  var kinks: [Double] { Self.kinks }
  /// Any positive number, since both pieces are lines.
  var reach: Double { 1 }
  /// One product.
  var runtimeTolerance: RuntimeTolerance { .product(by: slope) }

  private static let kinks = [0.0]

  /// A piecewise linear function minus a line is extreme at ends and at the kink only.
  func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double] { Self.kinks }

  /// Chooses slopes as for ReLU (Zhang et al. 2018): a decided neuron is a line, an undecided one
  /// has the chord above and, below, a slope between the function's two that the rule chooses.
  ///
  /// Any such slope gives a lower line through the origin. The adaptive rule takes the steeper one
  /// where more of the interval is above 0: the area between function and line is then the smaller
  /// one.
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
