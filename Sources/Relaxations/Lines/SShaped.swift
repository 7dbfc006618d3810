/// A function that rises, is convex up to 0 and concave from there: sigmoid, tanh, softsign.
///
/// What is said here follows from the bend at 0 in general, too. It is said again because these
/// functions are common: only the line that is needed is computed, by one bisection.
protocol SShaped: ScalarFunction {}

extension SShaped {
  /// Chooses slopes for [l, u]: on one side of 0 the chord and the tangent in the middle; across 0,
  /// for each line, the best of the tangent in the middle, the tangent through the far end and the
  /// chord.
  func slopes(
    _ l: Double, _ u: Double, _ rule: ReLUSlope
  ) -> (lower: Slope, upper: Slope) {
    let (chord, middle) = (chord(l, u), middle(l, u))
    if l >= 0 { return (chord, middle) }
    if u <= 0 { return (middle, chord) }
    return (outer(from: u, to: l, chord, middle), outer(from: l, to: u, chord, middle))
  }

  /// Returns the line on the outer side where 0 lies inside the interval: the one that is nearest
  /// to the function in the middle, which is the tangent there if that holds, else the tangent
  /// through the far end, else the chord.
  private func outer(
    from end: Double, to other: Double, _ chord: Slope, _ middle: Slope
  ) -> Slope {
    guard let tangent = tangent(from: end, to: other) else { return chord }
    let center = end / 2 + other / 2
    if other > 0 ? center >= tangent.contact : center <= tangent.contact { return middle }
    return end < other
      ? Slope(value: tangent.slope, byLower: tangent.change)
      : Slope(value: tangent.slope, byUpper: tangent.change)
  }

  /// Finds the hull's slopes: on one side of 0 the function is convex or concave; across 0 each
  /// side runs between the function's slope at one end and the tangent through the other, unless it
  /// is the chord.
  func hull(_ l: Double, _ u: Double) -> Hull {
    let (atLower, atUpper) = (derivative(l), derivative(u))
    guard l < u else {
      return Hull(l: l, u: u, lower: (atLower, atLower), upper: (atLower, atLower))
    }
    let slope = chord(l, u).value
    let chord = (slope, slope)
    if u <= 0 { return Hull(l: l, u: u, lower: (atLower, atUpper), upper: chord) }
    if l >= 0 { return Hull(l: l, u: u, lower: chord, upper: (atUpper, atLower)) }
    return Hull(
      l: l, u: u, lower: tangent(from: u, to: l).map { (atLower, $0.slope) } ?? chord,
      upper: tangent(from: l, to: u).map { (atUpper, $0.slope) } ?? chord)
  }

  /// The line through one end that touches the function on the other side of 0, before the other
  /// end: where it touches, its slope, and how that changes with the end it goes through. nil where
  /// it would touch beyond the other end; then the chord is the tightest.
  private func tangent(
    from end: Double, to other: Double
  ) -> (contact: Double, slope: Double, change: Double)? {
    let height = value(end)
    // The height of the tangent at d over the function at `end`: times `sign`, it is positive where
    // that tangent holds on its side of the function.
    func excess(_ d: Double) -> Double { (value(d) - height) - derivative(d) * (d - end) }
    let sign: Double = other > 0 ? 1 : -1
    guard sign * excess(other) > 0 else { return nil }
    // The excess has one sign at `other` and the other one at 0, and is monotone between: bisection
    // keeps `outer` on the side of tangents that hold.
    var (inner, outer) = (0.0, other)
    for _ in 0..<60 {
      let middle = inner / 2 + outer / 2
      if sign * excess(middle) > 0 { outer = middle } else { inner = middle }
    }
    // The outer of both, whose tangent passes the end on the side on which the line holds.
    let slope = derivative(outer)
    return (outer, slope, (slope - derivative(end)) / (outer - end))
  }
}
