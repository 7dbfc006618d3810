/// All numbers from `lower` to `upper`. Operations contain the results of all numbers of their
/// operands.
struct Interval {
  let lower: Dyadic
  let upper: Dyadic

  init(_ lower: Dyadic, _ upper: Dyadic) { (self.lower, self.upper) = (lower, upper) }

  init(_ number: Dyadic) { self.init(number, number) }

  /// The largest magnitude in it.
  var magnitude: Dyadic { max(lower.magnitude, upper.magnitude) }

  static prefix func - (x: Interval) -> Interval { Interval(-x.upper, -x.lower) }

  static func + (x: Interval, y: Interval) -> Interval {
    Interval(x.lower.plus(y.lower, .down), x.upper.plus(y.upper, .up))
  }

  static func - (x: Interval, y: Interval) -> Interval { x + -y }

  static func * (x: Interval, y: Interval) -> Interval {
    hull(x, y) { $0.times($1, $2) }
  }

  /// The divisor must not contain 0.
  static func / (x: Interval, y: Interval) -> Interval {
    hull(x, y) { $0.over($1, $2) }
  }

  /// An operation that is monotone in each operand has its extremes at their ends.
  private static func hull(
    _ x: Interval, _ y: Interval, _ operation: (Dyadic, Dyadic, Rounding) -> Dyadic
  ) -> Interval {
    let pairs = [(x.lower, y.lower), (x.lower, y.upper), (x.upper, y.lower), (x.upper, y.upper)]
    return Interval(
      pairs.map { operation($0, $1, .down) }.min()!, pairs.map { operation($0, $1, .up) }.max()!)
  }

  /// The square root of numbers that are not negative.
  var squareRoot: Interval { Interval(lower.squareRoot(.down), upper.squareRoot(.up)) }
}
