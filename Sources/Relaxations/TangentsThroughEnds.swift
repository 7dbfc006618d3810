/// Lines through an end of an interval that touch the function inside it, at a kink or as tangents:
/// with the chord and the tangents inside, they are all that the sides of its convex hull consist
/// of, where the function has no two bulges on one side.
extension ActivationFunction {
  /// Slopes of the lines through the lower end: the function's own there, and those that touch it
  /// further on.
  package func slopes(throughLower l: Double, _ u: Double) -> [Slope] {
    [Slope(value: derivative(l), byLower: secondDerivative(l))]
      + touchingLines(from: l, l, u).map { Slope(value: $0.slope, byLower: $0.change) }
  }

  /// Slopes of the lines through the upper end.
  package func slopes(throughUpper l: Double, _ u: Double) -> [Slope] {
    [Slope(value: derivative(u), byUpper: secondDerivative(u))]
      + touchingLines(from: u, l, u).map { Slope(value: $0.slope, byUpper: $0.change) }
  }

  /// Lines from an end to where they touch, and how their slope changes with the end.
  ///
  /// Between two bends the height of f's tangent at d over f, at the end, is monotone in d, since
  /// its derivative is f''(d)·(end − d): so each part has one tangent at most.
  private func touchingLines(
    from end: Double, _ l: Double, _ u: Double
  ) -> [(slope: Double, change: Double)] {
    let bends = bends.filter { l < $0 && $0 < u }
    let edges = [l] + bends + [u]
    let kinks = kinks
    func excess(_ d: Double) -> Double { (value(d) - value(end)) - derivative(d) * (d - end) }
    let tangents = zip(edges, edges.dropFirst()).compactMap { start, stop -> Double? in
      let last = kinks.contains(stop) ? stop.nextDown : stop
      let first = excess(start)
      guard first * excess(last) < 0 else { return nil }
      return bisected(start, last) { excess($0) * first > 0 }
    }
    let straight = bends.filter { kinks.contains($0) }
    return tangents.map { line(from: end, to: $0, slope: derivative($0)) }
      + straight.map { line(from: end, to: $0, slope: (value($0) - value(end)) / ($0 - end)) }
  }

  private func line(
    from end: Double, to point: Double, slope: Double
  ) -> (slope: Double, change: Double) {
    (slope, (slope - derivative(end)) / (point - end))
  }
}
