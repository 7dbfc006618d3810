/// The lines around an activation on one interval that can be best, as slopes to choose from.
///
/// They are those of the function's convex hull: a line of any other slope touches it at an end
/// only, and turning it about that end until it touches elsewhere raises it everywhere.
package struct FreeSlope {
  private let function: ActivationFunction
  private let l: Double
  private let u: Double
  /// Slopes of the hull's lower (upper) side at 0 and at 1.
  private let lower: Ends
  private let upper: Ends

  package init(_ f: ActivationFunction, _ l: Double, _ u: Double) {
    (function, self.l, self.u) = (f, l, u)
    (lower, upper) = Self.hull(f, l, u)
  }

  private typealias Ends = (Double, Double)

  private static func hull(
    _ f: ActivationFunction, _ l: Double, _ u: Double
  ) -> (lower: Ends, upper: Ends) {
    let (atLower, atUpper) = (f.derivative(l), f.derivative(u))
    // A point, or NaN, which the intercept keeps.
    guard l < u else { return ((atLower, atLower), (atLower, atLower)) }
    let slope = (f.value(u) - f.value(l)) / (u - l)
    let chord = (slope, slope)
    switch f {
    case .leakyReLU, .softplus: return ((atLower, atUpper), chord)  // convex
    case .elu(let alpha) where alpha <= 1: return ((atLower, atUpper), chord)  // convex
    case .sigmoid, .tanh:
      if u <= 0 { return ((atLower, atUpper), chord) }
      if l >= 0 { return (chord, (atUpper, atLower)) }
      let below = Slope.tangent(f, from: u, to: l)
      let above = Slope.tangent(f, from: l, to: u)
      return (
        below.map { (atLower, $0.slope) } ?? chord, above.map { (atUpper, $0.slope) } ?? chord
      )
    case .clip(let lower, let upper):
      let (a, b) = (Double(lower), Double(upper))
      // Below, the hull is flat up to a and rises to the far end; above, it rises to b and is flat.
      let rise = (below: u > b ? (b - a) / (u - a) : 1, above: l < a ? (b - a) / (b - l) : 1)
      return (l < a && u > a ? (0, rise.below) : chord, l < b && u > b ? (0, rise.above) : chord)
    case .gelu:  // not the hull's alone: lines of any slope hold
      return (
        (min(atLower, slope), max(atUpper, slope)), (min(atUpper, slope), max(atLower, slope))
      )
    case .elu, .hardSwish, .silu, .mish, .softsign, .geluTanh:
      return slopesOfHull(
        throughLower: [slope] + f.slopes(throughLower: l, u).map(\.value),
        throughUpper: [slope] + f.slopes(throughUpper: l, u).map(\.value))
    }
  }

  /// The hull's sides begin and end with the least and the steepest line through the interval's ends
  /// and another point of the function.
  private static func slopesOfHull(
    throughLower: [Double], throughUpper: [Double]
  ) -> (lower: Ends, upper: Ends) {
    (
      (throughLower.min()!, throughUpper.max()!), (throughUpper.min()!, throughLower.max()!)
    )
  }

  /// A line, and how its slope changes with the position that it was chosen by.
  package typealias Choice = (line: ActivationRelaxation.Line, change: Double)

  /// The line below the function at a position in [0, 1] between the slopes of its hull, rounded to
  /// Float.
  package func lowerLine(at position: Double) -> Choice { line(lower, at: position) { $0 < $1 } }

  /// The line above it.
  package func upperLine(at position: Double) -> Choice { line(upper, at: position) { $0 > $1 } }

  private func line(
    _ range: Ends, at position: Double, _ isBeyond: (Double, Double) -> Bool
  ) -> Choice {
    let change = range.1 - range.0
    let slope = Double(Float(range.0 + change * position))
    return (Slope(value: slope).line(function, l, u, slope, isBeyond), change)
  }
}
