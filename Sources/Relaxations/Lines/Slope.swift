/// A slope and its derivatives by the interval's ends.
package struct Slope: Sendable {
  let value: Double
  var byLower = 0.0
  var byUpper = 0.0
}

extension ScalarFunction {
  /// A convex function has its tangent in the middle below it and its chord above, a concave one the
  /// other way round. Elsewhere the best of the chord, the tangent in the middle and the lines
  /// through an end is taken, among which are those of the function's convex hull.
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

  /// The slope of the line through the function's values at both ends.
  func chord(_ l: Double, _ u: Double) -> Slope {
    let width = u - l
    let value = (value(u) - value(l)) / width
    return Slope(
      value: value, byLower: (value - derivative(l)) / width,
      byUpper: (derivative(u) - value) / width)
  }

  /// The function's slope in the middle.
  func middle(_ l: Double, _ u: Double) -> Slope {
    let middle = l / 2 + u / 2
    let change = secondDerivative(middle) / 2
    return Slope(value: derivative(middle), byLower: change, byUpper: change)
  }

  /// The slopes whose lines come nearest to the function in the middle: for lines over one interval
  /// that is the smallest area between.
  private func nearest(
    _ candidates: [Slope], _ l: Double, _ u: Double
  ) -> (lower: Slope, upper: Slope) {
    let middle = l / 2 + u / 2
    var (below, above) = (candidates[0], candidates[0])
    var (highest, lowest) = (-Double.infinity, Double.infinity)
    for slope in candidates {
      let offsets = offsets(slope: slope.value, l, u)
      let (low, high) = (
        slope.value * middle + offsets.least, slope.value * middle + offsets.largest
      )
      if low > highest { (below, highest) = (slope, low) }
      if high < lowest { (above, lowest) = (slope, high) }
    }
    return (below, above)
  }
}
