/// A function ℝ → ℝ that is a line between knots.
struct PiecewiseLinear: Equatable {
  struct Line: Equatable {
    var slope: Double
    var intercept: Double

    func callAsFunction(_ x: Double) -> Double { slope * x + intercept }
  }

  /// More knots than any activation has; selections of selections could make any number.
  static let knotLimit = 64

  /// Ascending.
  private(set) var knots: [Double]
  /// One more than knots, from left to right.
  private(set) var lines: [Line]

  init(slope: Double, intercept: Double) {
    (knots, lines) = ([], [Line(slope: slope, intercept: intercept)])
  }

  /// One line up to a knot, another from it on.
  init(_ left: Line, upTo knot: Double, then right: Line) {
    (knots, lines) = ([knot], [left, right])
  }

  static let identity = PiecewiseLinear(slope: 1, intercept: 0)
  static let absolute = PiecewiseLinear(
    Line(slope: -1, intercept: 0), upTo: 0, then: Line(slope: 1, intercept: 0))
  static let sign = PiecewiseLinear(
    Line(slope: 0, intercept: -1), upTo: 0, then: Line(slope: 0, intercept: 1))

  func scaled(_ scale: Double, plus shift: Double) -> PiecewiseLinear {
    var copy = self
    copy.lines = lines.map {
      Line(slope: $0.slope * scale, intercept: $0.intercept * scale + shift)
    }
    return copy
  }

  static func + (a: PiecewiseLinear, b: PiecewiseLinear) -> PiecewiseLinear {
    a.joined(b) { Line(slope: $0.slope + $1.slope, intercept: $0.intercept + $1.intercept) }
  }

  /// A function from the lines of two between all their knots.
  private func joined(
    _ other: PiecewiseLinear, _ join: (Line, Line) -> Line
  ) -> PiecewiseLinear {
    var result = PiecewiseLinear(slope: 0, intercept: 0)
    result.knots = Set(knots + other.knots).sorted()
    result.lines = result.middles.map { join(line(at: $0), other.line(at: $0)) }
    return result.simplified
  }

  /// This function where another is above 0, a third elsewhere.
  static func selected(
    _ condition: PiecewiseLinear, _ a: PiecewiseLinear, _ b: PiecewiseLinear
  ) -> PiecewiseLinear {
    var result = PiecewiseLinear(slope: 0, intercept: 0)
    // Where the condition changes its sign, by its line or by a jump.
    let roots = condition.lines.filter { $0.slope != 0 }.map { -$0.intercept / $0.slope }
    result.knots = Set(condition.knots + roots + a.knots + b.knots).sorted()
    result.lines = result.middles.map {
      condition.line(at: $0)($0) > 0 ? a.line(at: $0) : b.line(at: $0)
    }
    return result.simplified
  }

  /// A point inside each piece.
  private var middles: [Double] {
    guard let first = knots.first, let last = knots.last else { return [0] }
    return [first - 1] + zip(knots, knots.dropFirst()).map { $0 / 2 + $1 / 2 } + [last + 1]
  }

  private func line(at x: Double) -> Line { lines[knots.firstIndex { x < $0 } ?? knots.count] }

  /// The same function without knots between equal lines.
  private var simplified: PiecewiseLinear {
    var result = self
    for index in knots.indices.reversed() where lines[index] == lines[index + 1] {
      result.knots.remove(at: index)
      result.lines.remove(at: index + 1)
    }
    return result
  }

  /// The first knot at which the function jumps, and by how much; nil if it is continuous.
  ///
  /// Lines whose numbers are rounded to Float32 may miss each other by their rounding.
  var jump: (knot: Double, height: Double)? {
    for (index, knot) in knots.enumerated() {
      let (left, right) = (lines[index], lines[index + 1])
      let size = max(
        abs(left.slope * knot), abs(left.intercept), abs(right.slope * knot), abs(right.intercept))
      let height = right(knot) - left(knot)
      if abs(height) > size * 0x1p-23 { return (knot, height) }
    }
    return nil
  }
}
