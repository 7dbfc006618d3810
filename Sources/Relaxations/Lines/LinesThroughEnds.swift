/// Lines through an end of an interval that touch the function inside it, at a kink or as tangents.
///
/// With the chord and the tangents inside, they are all that the sides of the function's convex
/// hull consist of, unless it has two bulges on one side, which a line may touch both. Such a
/// function would get lines that hold and are not the nearest.
extension ScalarFunction {
  /// Returns the slopes of lines through the lower end: the function's there, and those of lines
  /// that touch it further on. Whether such a line holds is not asked here.
  func slopes(throughLower l: Double, _ u: Double) -> [Slope] {
    [Slope(value: derivative(l), byLower: secondDerivative(l))]
      + touchingLines(from: l, l, u).map { Slope(value: $0.slope, byLower: $0.change) }
  }

  /// Returns the slopes of lines through the upper end, as ``slopes(throughLower:_:)`` does.
  func slopes(throughUpper l: Double, _ u: Double) -> [Slope] {
    [Slope(value: derivative(u), byUpper: secondDerivative(u))]
      + touchingLines(from: u, l, u).map { Slope(value: $0.slope, byUpper: $0.change) }
  }

  /// Returns lines from an end to where they touch, and how their slope changes with the end.
  ///
  /// Between two bends the height of f's tangent at d over f, at the end, is monotone in d, since
  /// its derivative is f''(d)·(end − d): so each part has one tangent at most. A tangent's slope
  /// moves by (slope − f'(end))/(d − end) with the end, and so does that of a line to a kink.
  private func touchingLines(
    from end: Double, _ l: Double, _ u: Double
  ) -> [(slope: Double, change: Double)] {
    let (height, rise) = (value(end), derivative(end))
    var lines: [(slope: Double, change: Double)] = []
    func append(slope: Double, touching point: Double) {
      lines.append((slope, (slope - rise) / (point - end)))
    }
    // The height of the function at d over the line through (end, f(end)) of slope f'(d), so 0
    // where that line is a tangent. The two values are subtracted first: near the end both terms
    // are small, and neither is lost in a large value of the function.
    func excess(_ d: Double) -> Double { (value(d) - height) - derivative(d) * (d - end) }
    forEachPart(l, u) { start, stop in
      let first = excess(start)
      guard first * excess(stop) < 0 else { return }
      let point = bisected(start, stop) { excess($0) * first > 0 }
      append(slope: derivative(point), touching: point)
    }
    for kink in kinks where l < kink && kink < u {
      append(slope: (value(kink) - height) / (kink - end), touching: kink)
    }
    return lines
  }
}
