/// The lines around a function on one interval that can be best, as slopes to choose from: those of
/// the function's convex hull.
///
/// A line of any other slope touches the function at an end only, and turning it about that end
/// until it touches elsewhere brings it nearer everywhere. So one number in [0, 1], a position
/// between the first and the last slope of a side, is all that α-CROWN has to optimise for a neuron
/// and a row; for ReLU the lower side's slopes are just 0 to 1.
package struct Hull {
  /// The lower end of the interval.
  let l: Double
  /// The upper end of the interval.
  let u: Double
  /// Slopes of the hull's lower side at its left end (position 0) and at its right end (1).
  let lower: (Double, Double)
  /// Slopes of its upper side at its right end (position 0) and at its left end (1): from the least
  /// to the steepest, as those of the lower side.
  let upper: (Double, Double)
}

/// A line of a hull, and how its slope changes with the position that it was chosen by.
package struct HullLine {
  /// The line, which holds on the interval.
  package let line: ActivationRelaxation.Line
  /// The derivative of the slope by the position: the last slope of the side minus the first.
  package let change: Double
}

extension ScalarFunction {
  /// Finds the slopes that the hull's sides on [l, u] begin and end with.
  ///
  /// A side that is no chord follows the function at both ends where the function is convex or
  /// concave, else it begins and ends with the least and the steepest line through an end and
  /// another point.
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

  /// Returns the function's slopes at the interval's ends, from inside.
  private func slopesAtEnds(_ l: Double, _ u: Double) -> (Double, Double) {
    var slopes: (Double, Double)?
    forEachPart(l, u) { start, end in
      slopes = (slopes?.0 ?? derivative(start), derivative(end))
    }
    return slopes!
  }

  /// Makes the line at a position among a side's slopes.
  ///
  /// - Parameter position: In [0, 1]. Any number gives a line that holds, since the intercept is
  ///   found for the slope that results.
  func line(_ side: Side, of hull: Hull, at position: Double) -> HullLine {
    let range = side == .below ? hull.lower : hull.upper
    let change = range.1 - range.0
    // Rounded before the intercept is computed: see ``ActivationRelaxation``.
    let slope = Double(Float(range.0 + change * position))
    return HullLine(
      line: line(side, Slope(value: slope), rounded: slope, hull.l, hull.u), change: change)
  }
}
