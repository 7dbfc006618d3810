/// Lines around an activation on one interval, and how they move with its ends.
///
/// A slope is chosen first: a chord, a tangent, or one end's choice. The intercept then follows: it
/// is the least (largest) value of function − slope·h over the interval, which lies at an end or at
/// a turning point. So the lines hold whatever slope was chosen; that choice only decides how tight
/// they are (Zhang et al. 2018, section 3 and table 3).
package struct ActivationRelaxation {
  /// A line, and the derivatives of its slope by the interval's ends.
  package struct Line {
    package let slope: Double
    package let byLower: Double
    package let byUpper: Double
    /// Where the line touches the function.
    package let contact: Double
    package let intercept: Double
  }

  package let lower: Line
  package let upper: Line

  /// - Parameter rounded: What becomes of a slope before its intercept is computed: the
  ///   coefficients are Floats, and the lines have to hold for those.
  package init(
    _ f: ActivationFunction, _ l: Double, _ u: Double, _ rule: ReLUSlope,
    rounded: (Double) -> Double = { Double(Float($0)) }
  ) {
    // A point, or NaN, which the intercept keeps, has the function's own slope.
    let point = Slope(value: f.derivative(l))
    let slopes = l < u ? Slope.choose(f, l, u, rule) : (point, point)
    lower = slopes.0.line(f, l, u, rounded(slopes.0.value)) { $0 < $1 }
    upper = slopes.1.line(f, l, u, rounded(slopes.1.value)) { $0 > $1 }
  }
}

/// A slope and its derivatives by the interval's ends.
package struct Slope {
  package let value: Double
  package var byLower = 0.0
  package var byUpper = 0.0

  package static func choose(
    _ f: ActivationFunction, _ l: Double, _ u: Double, _ rule: ReLUSlope
  ) -> (lower: Slope, upper: Slope) {
    let chord = Slope.chord(f, l, u)
    switch f {
    case .leakyReLU(let slope):
      return (leaky(Double(slope), chord, l, u, rule), chord)
    case .softplus: return (Slope.middle(f, l, u), chord)  // convex
    case .elu(let alpha) where alpha <= 1: return (Slope.middle(f, l, u), chord)  // convex
    case .sigmoid, .tanh:
      let middle = Slope.middle(f, l, u)
      if l >= 0 { return (chord, middle) }
      if u <= 0 { return (middle, chord) }
      return (
        outer(f, from: u, to: l, chord, middle), outer(f, from: l, to: u, chord, middle)
      )
    case .clip(let lower, let upper):
      let (below, above) = slopesOfClip(Double(lower), Double(upper), l, u)
      return nearest(f, l, u, [chord] + below, [chord] + above)
    case .gelu:
      let candidates =
        [chord, middle(f, l, u), Slope(value: 0), Slope(value: 1)]
        + [
          Slope(value: f.derivative(l), byLower: f.secondDerivative(l)),
          Slope(value: f.derivative(u), byUpper: f.secondDerivative(u)),
        ]
      return nearest(f, l, u, candidates, candidates)
    case .elu, .hardSwish, .silu, .mish, .softsign, .geluTanh:
      let candidates =
        [chord, middle(f, l, u)] + f.slopes(throughLower: l, u) + f.slopes(throughUpper: l, u)
      return nearest(f, l, u, candidates, candidates)
    }
  }

  /// The slopes whose lines come nearest to the function in the middle: for lines over one interval
  /// that is the smallest area between.
  private static func nearest(
    _ f: ActivationFunction, _ l: Double, _ u: Double, _ below: [Slope], _ above: [Slope]
  ) -> (lower: Slope, upper: Slope) {
    let middle = l / 2 + u / 2
    func height(_ slope: Slope, _ isBeyond: (Double, Double) -> Bool) -> Double {
      slope.value * middle + slope.line(f, l, u, slope.value, isBeyond).intercept
    }
    let lower = below.map { (slope: $0, height: height($0) { $0 < $1 }) }
    let upper = above.map { (slope: $0, height: height($0) { $0 > $1 }) }
    return (
      lower.max { $0.height < $1.height }!.slope, upper.min { $0.height < $1.height }!.slope
    )
  }

  /// Flat, the function's own slope, and the line from the far end's value to the near bend.
  private static func slopesOfClip(
    _ lower: Double, _ upper: Double, _ l: Double, _ u: Double
  ) -> (below: [Slope], above: [Slope]) {
    let plain = [Slope(value: 0), Slope(value: 1)]
    guard l < lower, u > upper else { return (plain, plain) }
    let (rise, run) = (upper - lower, (below: u - lower, above: upper - l))
    return (
      plain + [Slope(value: rise / run.below, byUpper: -rise / (run.below * run.below))],
      plain + [Slope(value: rise / run.above, byLower: rise / (run.above * run.above))]
    )
  }

  /// The line on the outer side of an S-shaped function whose bend lies inside the interval: the
  /// one that is nearest to the function in the middle, which is the tangent there if that holds,
  /// else the tangent through the far end, else the chord.
  private static func outer(
    _ f: ActivationFunction, from end: Double, to other: Double, _ chord: Slope, _ middle: Slope
  ) -> Slope {
    guard let tangent = tangent(f, from: end, to: other) else { return chord }
    let center = end / 2 + other / 2
    if other > 0 ? center >= tangent.contact : center <= tangent.contact { return middle }
    return end < other
      ? Slope(value: tangent.slope, byLower: tangent.change)
      : Slope(value: tangent.slope, byUpper: tangent.change)
  }

  /// Decided: the function itself. Undecided: as for ReLU, between its two slopes.
  private static func leaky(
    _ slope: Double, _ chord: Slope, _ l: Double, _ u: Double, _ rule: ReLUSlope
  ) -> Slope {
    guard l < 0, u > 0 else { return chord }
    switch rule {
    case .adaptive: return Slope(value: u > -l ? 1 : slope)
    case .same: return chord
    case .zero: return Slope(value: slope)
    case .one: return Slope(value: 1)
    }
  }

  private static func chord(_ f: ActivationFunction, _ l: Double, _ u: Double) -> Slope {
    let width = u - l
    let value = (f.value(u) - f.value(l)) / width
    return Slope(
      value: value, byLower: (value - f.derivative(l)) / width,
      byUpper: (f.derivative(u) - value) / width)
  }

  private static func middle(_ f: ActivationFunction, _ l: Double, _ u: Double) -> Slope {
    let middle = l / 2 + u / 2
    let change = f.secondDerivative(middle) / 2
    return Slope(value: f.derivative(middle), byLower: change, byUpper: change)
  }

  /// The line through one end that touches the function on the other side of 0, before the other
  /// end: where it touches, its slope, and how that changes with the end it goes through. nil where
  /// it would touch beyond the other end; then the chord is the tightest.
  package static func tangent(
    _ f: ActivationFunction, from end: Double, to other: Double
  ) -> (contact: Double, slope: Double, change: Double)? {
    /// Positive where the tangent at d passes `end` on the function's inner side.
    func excess(_ d: Double) -> Double {
      (f.value(d) - f.value(end)) - f.derivative(d) * (d - end)
    }
    let sign: Double = other > 0 ? 1 : -1
    guard sign * excess(other) > 0 else { return nil }
    var (inner, outer) = (0.0, other)
    for _ in 0..<60 {
      let middle = inner / 2 + outer / 2
      if sign * excess(middle) > 0 { outer = middle } else { inner = middle }
    }
    let slope = f.derivative(outer)
    return (outer, slope, (slope - f.derivative(end)) / (outer - end))
  }

  /// The line of the given slope, this one rounded, at the extreme of function − slope·h.
  package func line(
    _ f: ActivationFunction, _ l: Double, _ u: Double, _ slope: Double,
    _ isBeyond: (Double, Double) -> Bool
  ) -> ActivationRelaxation.Line {
    var (contact, intercept) = (l, f.value(l) - slope * l)
    for h in [u] + f.turningPoints(slope: slope, from: l, to: u) where l < h && h <= u {
      let candidate = f.value(h) - slope * h
      if isBeyond(candidate, intercept) || candidate.isNaN {
        (contact, intercept) = (h, candidate)
      }
    }
    return ActivationRelaxation.Line(
      slope: slope, byLower: byLower, byUpper: byUpper, contact: contact, intercept: intercept)
  }
}
