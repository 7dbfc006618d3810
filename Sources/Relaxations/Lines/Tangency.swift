/// Where a line of a given slope touches a function.
extension ScalarFunction {
  /// Returns kinks, and the points where the derivative is the slope. Between two bends the
  /// derivative is monotone, so that there is one such point at most, and bisection finds it.
  ///
  /// Beyond ± ``reach`` the derivative is constant, so the search stays inside.
  func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double] {
    var points = kinks
    let (left, right) = (max(l, -reach), min(u, reach))
    guard left < right else { return points }
    forEachPart(left, right) { start, end in
      let (first, last) = (derivative(start) - slope, derivative(end) - slope)
      if first * last < 0 {
        points.append(bisected(start, end) { (derivative($0) - slope) * first > 0 })
      } else if first == 0 || last == 0 {
        points.append(first == 0 ? start : end)
      }
    }
    return points
  }

  /// Returns the least and the largest value of function − slope·x on [l, u]: the intercepts of the
  /// lower and of the upper line of that slope. NaN stays.
  func offsets(slope: Double, _ l: Double, _ u: Double) -> (least: Double, largest: Double) {
    let (first, last) = (value(l) - slope * l, value(u) - slope * u)
    var (least, largest) = first <= last ? (first, last) : (last, first)
    for h in turningPoints(slope: slope, from: l, to: u) where l < h && h < u {
      let offset = value(h) - slope * h
      least = offset < least || offset.isNaN ? offset : least
      largest = offset > largest || offset.isNaN ? offset : largest
    }
    return (least, largest)
  }
}

/// Returns the point up to which a condition holds, of two between which it changes.
///
/// - Parameter holds: True at `start`, false at `end`, with one change between.
/// - Returns: A point that is not farther from the change than 2⁻⁶⁰ times the distance of the ends,
///   but for rounding.
func bisected(_ start: Double, _ end: Double, _ holds: (Double) -> Bool) -> Double {
  var (a, b) = (start, end)
  for _ in 0..<60 {
    let middle = (a + b) / 2
    if middle == a || middle == b { break }
    if holds(middle) { a = middle } else { b = middle }
  }
  return (a + b) / 2
}
