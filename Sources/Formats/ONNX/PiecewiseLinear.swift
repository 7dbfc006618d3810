/// A function ℝ → ℝ that is a line between knots, and may jump at them.
///
/// The reader follows comparisons, signs and selections of a value by such functions until a Where
/// makes a continuous one of them, which ``ONNXGraph`` builds out of ReLUs or a clip. Numbers are
/// Double, which holds the product of two of a file's Float32 constants exactly.
///
/// With knots k₀ < k₁ < …, line 0 holds below k₀, line i from kᵢ₋₁ on and below kᵢ, and the last
/// line from the last knot on.
struct PiecewiseLinear: Equatable {
  /// A line slope · x + intercept.
  struct Line: Equatable {
    var slope: Double
    var intercept: Double

    /// Returns the line's value at a point.
    func callAsFunction(_ x: Double) -> Double { slope * x + intercept }
  }

  /// The most knots that a function may have: more than any activation has. Selections of
  /// selections in a damaged file could make any number.
  static let knotLimit = 64

  /// The places where the line changes, in ascending order.
  private(set) var knots: [Double]
  /// The lines from left to right, one more than there are knots.
  private(set) var lines: [Line]

  /// Makes a single line.
  init(slope: Double, intercept: Double) {
    (knots, lines) = ([], [Line(slope: slope, intercept: intercept)])
  }

  /// Makes a function of one line up to a knot, and another from it on.
  init(_ left: Line, upTo knot: Double, then right: Line) {
    (knots, lines) = ([knot], [left, right])
  }

  /// x.
  static let identity = PiecewiseLinear(slope: 1, intercept: 0)
  /// |x|.
  static let absolute = PiecewiseLinear(
    Line(slope: -1, intercept: 0), upTo: 0, then: Line(slope: 1, intercept: 0))
  /// −1 below 0 and 1 from 0 on. ONNX's Sign is 0 at 0, which makes no difference to a continuous
  /// function that is made of it.
  static let sign = PiecewiseLinear(
    Line(slope: 0, intercept: -1), upTo: 0, then: Line(slope: 0, intercept: 1))

  /// Returns scale · f(x) + shift.
  func scaled(_ scale: Double, plus shift: Double) -> PiecewiseLinear {
    var copy = self
    copy.lines = lines.map {
      Line(slope: $0.slope * scale, intercept: $0.intercept * scale + shift)
    }
    return copy
  }

  /// Returns the sum of two functions.
  static func + (a: PiecewiseLinear, b: PiecewiseLinear) -> PiecewiseLinear {
    a.joined(b) { Line(slope: $0.slope + $1.slope, intercept: $0.intercept + $1.intercept) }
  }

  /// Returns the function whose lines between all knots of two functions are made of the lines of
  /// both.
  private func joined(
    _ other: PiecewiseLinear, _ join: (Line, Line) -> Line
  ) -> PiecewiseLinear {
    var result = PiecewiseLinear(slope: 0, intercept: 0)
    result.knots = Set(knots + other.knots).sorted()
    result.lines = result.middles.map { join(line(at: $0), other.line(at: $0)) }
    return result.simplified
  }

  /// Returns the function that is `a` where the condition is above 0, and `b` elsewhere.
  ///
  /// Between its knots, and the points where it changes its sign, the condition has one sign, which
  /// is looked up at a point inside of each piece.
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

  /// A point inside each piece; the two outer pieces have one at a distance of 1 from the outermost
  /// knots.
  private var middles: [Double] {
    guard let first = knots.first, let last = knots.last else { return [0] }
    // Halved before they are added, so that large knots do not overflow.
    return [first - 1] + zip(knots, knots.dropFirst()).map { $0 / 2 + $1 / 2 } + [last + 1]
  }

  /// Returns the line that holds at a point.
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
  /// Lines whose numbers are rounded to Float32 may miss each other by their rounding. A difference
  /// is therefore a jump only if it is larger than 2⁻²³ times the largest of the terms that make up
  /// the two values.
  var jump: (knot: Double, height: Double)? {
    for (index, knot) in knots.enumerated() {
      let (left, right) = (lines[index], lines[index + 1])
      // The value at a knot is a sum of two terms that may cancel. Its error is measured against
      // the terms, not against the sum, which may be near 0.
      let size = max(
        abs(left.slope * knot), abs(left.intercept), abs(right.slope * knot), abs(right.intercept))
      let height = right(knot) - left(knot)
      if abs(height) > size * 0x1p-23 { return (knot, height) }
    }
    return nil
  }
}
