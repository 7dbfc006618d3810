/// How a function bends on an interval, which decides what lines around it look like: a convex one
/// has its chord above and tangents below, a concave one the other way round.
enum Curvature {
  /// The derivative rises, falls, or does both. A line counts as convex.
  case convex, concave, mixed
}

extension ScalarFunction {
  /// Calls `body` with the ends of each part of [l, u] between bends, from left to right.
  ///
  /// An end at a kink is moved inside by the least that a Double can be, so that the derivative
  /// there is the part's and not that of its neighbour.
  func forEachPart(_ l: Double, _ u: Double, _ body: (_ start: Double, _ end: Double) -> Void) {
    let kinks = kinks
    func part(_ start: Double, _ end: Double) {
      body(
        kinks.contains(start) ? start.nextUp : start, kinks.contains(end) ? end.nextDown : end)
    }
    var start = l
    for bend in bends where l < bend && bend < u {
      part(start, bend)
      start = bend
    }
    part(start, u)
  }

  /// Returns whether the derivative rises or falls over [l, u] as a whole, jumps included. On each
  /// part it does one of both, so that its values at the parts' ends decide.
  ///
  /// Where rounding hides which of both it is, the function is a line to the last bits, and lines
  /// made for either hold.
  func curvature(_ l: Double, _ u: Double) -> Curvature {
    var (rises, falls) = (true, true)
    var last: Double?
    forEachPart(l, u) { start, end in
      let (first, next) = (derivative(start), derivative(end))
      let before = last ?? first
      rises = rises && before <= first && first <= next
      falls = falls && before >= first && first >= next
      last = next
    }
    return rises ? .convex : (falls ? .concave : .mixed)
  }
}
