/// The lines around a function on one interval that can be best, as slopes to choose from.
///
/// They are those of the function's convex hull: a line of any other slope touches it at an end
/// only, and turning it about that end until it touches elsewhere raises it everywhere.
package struct Hull {
  let l: Double
  let u: Double
  /// Slopes of the hull's lower side at its left end (position 0) and at its right end (1).
  let lower: (Double, Double)
  /// Slopes of its upper side at its right end (position 0) and at its left end (1): from the least
  /// to the steepest, as those of the lower side.
  let upper: (Double, Double)
}

/// A line of a hull, and how its slope changes with the position that it was chosen by.
package struct HullLine {
  package let line: ActivationRelaxation.Line
  package let change: Double
}

extension ScalarFunction {
  /// A side of the hull that is no line follows the function at both ends (convex, concave), or
  /// begins and ends with the least and the steepest line through an end and another point.
  func hull(_ l: Double, _ u: Double) -> Hull {
    // A point, or NaN, which the intercept keeps.
    guard l < u else {
      let slope = derivative(l)
      return Hull(l: l, u: u, lower: (slope, slope), upper: (slope, slope))
    }
    let slope = chord(l, u).value
    let curvature = curvature(l, u)
    guard curvature == .mixed else {
      let inside = slopesAtEnds(l, u)
      return curvature == .convex
        ? Hull(l: l, u: u, lower: inside, upper: (slope, slope))
        : Hull(l: l, u: u, lower: (slope, slope), upper: (inside.1, inside.0))
    }
    let throughLower = slopes(throughLower: l, u).map(\.value) + [slope]
    let throughUpper = slopes(throughUpper: l, u).map(\.value) + [slope]
    return Hull(
      l: l, u: u, lower: (throughLower.min()!, throughUpper.max()!),
      upper: (throughUpper.min()!, throughLower.max()!))
  }

  /// The function's slopes at the interval's ends, from inside.
  private func slopesAtEnds(_ l: Double, _ u: Double) -> (Double, Double) {
    var slopes: (Double, Double)?
    forEachPart(l, u) { start, end in
      slopes = (slopes?.0 ?? derivative(start), derivative(end))
    }
    return slopes!
  }

  func line(_ side: Side, of hull: Hull, at position: Double) -> HullLine {
    let range = side == .below ? hull.lower : hull.upper
    let change = range.1 - range.0
    // Rounded before the intercept is computed: see ``ActivationRelaxation``.
    let slope = Double(Float(range.0 + change * position))
    return HullLine(
      line: line(side, Slope(value: slope), rounded: slope, hull.l, hull.u), change: change)
  }
}
