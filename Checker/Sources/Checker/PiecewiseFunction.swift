/// A piecewise linear function of one number (section "Lines").
enum PiecewiseFunction: Sendable {
  /// x from 0 on, and a slope times x below. Relu has the slope 0.
  case leakyRelu(slope: Dyadic)
  /// The nearest number between two bounds.
  case clip(Dyadic, Dyadic)

  /// Slopes are integers of this unit: 2⁻³².
  static let slopeUnit = -32

  /// A line below the function on an interval and one above it: slope · h + intercept.
  struct Lines: Sendable {
    let lowerSlope, upperSlope: Int64
    let lowerIntercept, upperIntercept: Dyadic
  }

  private var bends: [Dyadic] {
    switch self {
    case .leakyRelu: [.zero]
    case .clip(let low, let high): [low, high]
    }
  }

  /// f(x).
  private func value(_ x: Dyadic) -> Interval {
    switch self {
    case .leakyRelu(let slope):
      x.mantissa < 0 ? Interval(slope.times(x, .down), slope.times(x, .up)) : Interval(x)
    case .clip(let low, let high): Interval(min(max(x, low), high))
    }
  }

  /// The ends of an interval and the bends between them.
  private func points(_ interval: Interval) -> [Dyadic] {
    [interval.lower, interval.upper]
      + bends.filter { interval.lower < $0 && $0 < interval.upper }
  }

  /// What a runtime's result differs by at most: u₀·|α|·max(−l, 0) + 2⁻¹²⁶ for LeakyRelu, else 0.
  func noise(_ interval: Interval) -> Dyadic {
    guard case .leakyRelu(let slope) = self, slope != .zero else { return .zero }
    return slope.magnitude.times(max(-interval.lower, .zero), .up)
      .times(Dyadic(1, exponent: -24), .up).plus(Dyadic(1, exponent: -126), .up)
  }

  /// The values on an interval.
  func range(_ interval: Interval) -> Interval {
    let values = points(interval).map(value)
    return Interval(values.map(\.lower).min()!, values.map(\.upper).max()!)
  }

  /// Returns a line below and one above the function.
  ///
  /// - Parameters:
  ///   - lower: The slope of a certificate for the lower line; of a LeakyRelu with a slope above 1
  ///     for the upper line.
  ///   - upper: The one for the upper line of a clip.
  func lines(over interval: Interval, lower: Int64?, upper: Int64?) -> Lines {
    let points = points(interval)
    guard points.count > 2 else {
      let slope = onlySlope(interval)
      return lines(slope, slope, points)
    }
    let chord = chord(interval)
    guard case .leakyRelu(let slope) = self else {
      return lines(lower ?? chord, upper ?? chord, points)
    }
    let isSteep = interval.upper > -interval.lower
    let chosen = lower ?? (isSteep ? Dyadic(1) : slope).units(Self.slopeUnit, .nearest)
    // The function is convex up to a slope of 1, and concave above.
    return slope <= Dyadic(1) ? lines(chosen, chord, points) : lines(chord, chosen, points)
  }

  /// The slope on an interval without a bend inside.
  private func onlySlope(_ interval: Interval) -> Int64 {
    let slope: Dyadic =
      switch self {
      case .leakyRelu(let slope): interval.lower < .zero ? slope : Dyadic(1)
      case .clip(let low, let high):
        low <= interval.lower && interval.upper <= high ? Dyadic(1) : .zero
      }
    return slope.units(Self.slopeUnit, .nearest)
  }

  /// A number near (f(u) − f(l))/(u − l).
  private func chord(_ interval: Interval) -> Int64 {
    let rise = value(interval.upper).lower.minus(value(interval.lower).lower, .nearest)
    return rise.over(interval.upper.minus(interval.lower, .nearest), .nearest)
      .units(Self.slopeUnit, .nearest)
  }

  /// Lines of any slopes s, with the intercepts min (f(p) − s·p) and max (f(p) − s·p).
  private func lines(_ lower: Int64, _ upper: Int64, _ points: [Dyadic]) -> Lines {
    let (below, above) = (
      Dyadic(Int(lower), exponent: Self.slopeUnit), Dyadic(Int(upper), exponent: Self.slopeUnit)
    )
    return Lines(
      lowerSlope: lower, upperSlope: upper,
      lowerIntercept: points.map { value($0).lower.minus(below.times($0, .up), .down) }.min()!,
      upperIntercept: points.map { value($0).upper.minus(above.times($0, .down), .up) }.max()!)
  }
}
