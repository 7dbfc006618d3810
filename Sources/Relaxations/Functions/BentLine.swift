/// max(x, 0) + slope·min(x, 0) with a slope of any size and sign, as PReLU has for each channel: two
/// lines that meet at 0. Up to a slope of 1 it is convex, above concave, and below 0 it turns.
struct BentLine: ScalarFunction {
  /// The slope below 0.
  let slope: Double

  var isBounded: Bool { slope.isFinite }

  func value(_ x: Double) -> Double { x > 0 ? x : slope * x }

  func derivative(_ x: Double) -> Double { x > 0 ? 1 : slope }

  func secondDerivative(_ x: Double) -> Double { 0 }

  var turns: [Double] { slope < 0 ? Self.kinks : [] }
  var bends: [Double] { Self.kinks }
  var kinks: [Double] { Self.kinks }
  /// Any positive number, since both pieces are lines.
  var reach: Double { 1 }
  /// One product.
  var runtimeTolerance: RuntimeTolerance { .product(by: slope) }

  private static let kinks = [0.0]

  /// A piecewise linear function minus a line is extreme at ends and at the kink only.
  func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double] { Self.kinks }

  /// Has the chord on the side where the function is hollow, and on the other a line through the
  /// kink, whose slope the rule chooses.
  func slopes(
    _ l: Double, _ u: Double, _ rule: ReLUSlope
  ) -> (lower: Slope, upper: Slope) {
    let chord = chord(l, u)
    guard l < 0, u > 0 else { return (chord, chord) }
    let touching: Slope =
      switch rule {
      case .adaptive: Slope(value: u > -l ? 1 : slope)
      case .same: chord
      case .zero: Slope(value: slope)
      case .one: Slope(value: 1)
      }
    return slope <= 1 ? (touching, chord) : (chord, touching)
  }
}

extension ActivationFunction {
  /// Returns max(x, 0) + slope·min(x, 0) by itself. It is no case, since a layer of it has a slope for
  /// each channel.
  package static func bentLine(slope: Double) -> any ScalarFunction { BentLine(slope: slope) }
}
