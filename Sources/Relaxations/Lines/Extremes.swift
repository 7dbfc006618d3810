/// The least or the largest value of a function on an interval, and where it is.
package struct Extreme {
  /// Where the function has the value: an end of the interval or a turn.
  package let point: Double
  /// The value there.
  package let value: Double
}

extension ScalarFunction {
  /// Returns the least and the largest value on [l, u]: the interval step of an activation.
  ///
  /// A function is least and largest at an end or where it turns, whether it rises, falls or does
  /// both. Equal ends give the lower one for the least and the upper one for the largest, so that
  /// gradients reach both. NaN at an end stays.
  func extremes(_ l: Double, _ u: Double) -> (least: Extreme, largest: Extreme) {
    let ends = (Extreme(point: l, value: value(l)), Extreme(point: u, value: value(u)))
    var (least, largest) = ends.1.value < ends.0.value ? (ends.1, ends.0) : ends
    for turn in turns where l < turn && turn < u {
      let value = value(turn)
      if value < least.value { least = Extreme(point: turn, value: value) }
      if value > largest.value { largest = Extreme(point: turn, value: value) }
    }
    return (least, largest)
  }
}
