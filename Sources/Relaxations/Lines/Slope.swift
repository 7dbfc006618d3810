/// A slope and its derivatives by the interval's ends. ``ActivationRelaxation`` makes lines of it.
package struct Slope: Sendable {
  /// The slope, before it is rounded to Float.
  let value: Double
  /// Its derivative by l; 0 for a slope that does not move.
  var byLower = 0.0
  /// Its derivative by u; 0 for a slope that does not move.
  var byUpper = 0.0
}

extension ScalarFunction {
  /// Chooses the slopes of a lower and an upper line on [l, u].
  ///
  /// A convex function has its tangent in the middle below it and its chord above, a concave one
  /// the other way round: of all lines that hold these have the smallest area between function and
  /// line. Elsewhere the best of the chord, the tangent in the middle and the lines through an end
  /// is taken, among which are those of the function's convex hull.
  func slopes(
    _ l: Double, _ u: Double, _ rule: ReLUSlope
  ) -> (lower: Slope, upper: Slope) {
    let (chord, middle) = (chord(l, u), middle(l, u))
    switch curvature(l, u) {
    case .convex: return (middle, chord)
    case .concave: return (chord, middle)
    case .mixed:
      let ends = slopes(throughLower: l, u) + slopes(throughUpper: l, u)
      return nearest([chord, middle] + ends, l, u)
    }
  }

  /// Returns the slope of the line through the function's values at both ends, (f(u) − f(l))/(u −
  /// l).
  ///
  /// - Precondition: l < u.
  func chord(_ l: Double, _ u: Double) -> Slope {
    let width = u - l
    let value = (value(u) - value(l)) / width
    return Slope(
      value: value, byLower: (value - derivative(l)) / width,
      byUpper: (derivative(u) - value) / width)
  }

  /// Returns the function's slope in the middle of the interval; either end moves the middle by
  /// half.
  func middle(_ l: Double, _ u: Double) -> Slope {
    // Halved first: the sum of two large ends could overflow.
    let middle = l / 2 + u / 2
    let change = secondDerivative(middle) / 2
    return Slope(value: derivative(middle), byLower: change, byUpper: change)
  }

  /// Chooses the slopes whose lines come nearest to the function in the middle. All lines hold, and
  /// the area under a line over an interval is its value in the middle times the width, so that
  /// this leaves the smallest area between function and line.
  private func nearest(
    _ candidates: [Slope], _ l: Double, _ u: Double
  ) -> (lower: Slope, upper: Slope) {
    let middle = l / 2 + u / 2
    var (below, above) = (candidates[0], candidates[0])
    var (highest, lowest) = (-Double.infinity, Double.infinity)
    for slope in candidates {
      let offsets = offsets(slope: slope.value, l, u)
      // The lower and the upper line of this slope, in the middle of the interval.
      let (low, high) = (
        slope.value * middle + offsets.least, slope.value * middle + offsets.largest
      )
      if low > highest { (below, highest) = (slope, low) }
      if high < lowest { (above, lowest) = (slope, high) }
    }
    return (below, above)
  }
}
