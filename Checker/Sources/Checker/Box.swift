/// Intervals of all scalars of a value: scalar i is within radius[i] of centre[i], both times
/// 2^exponent.
struct Box: Sendable {
  private(set) var centre: [Int64]
  private(set) var radius: [Int64]
  let exponent: Int

  /// Takes centres and radii of at most ``Block/Bits/value`` bits.
  init(centre: [Int64], radius: [Int64], exponent: Int) throws(CheckError) {
    (self.centre, self.radius, self.exponent) = (centre, radius, exponent)
    guard largest.top <= Limits.top else {
      throw CheckError("a value is not below 2^\(Limits.top)")
    }
  }

  /// Takes intervals, rounded outwards.
  init(_ intervals: [Interval]) throws(CheckError) {
    let exponent = (intervals.map(\.magnitude.top).max() ?? 0) - Block.Bits.value
    var (centre, radius): ([Int64], [Int64]) = ([], [])
    for interval in intervals {
      let (lower, upper) = (
        interval.lower.units(exponent, .down), interval.upper.units(exponent, .up)
      )
      guard lower <= upper else { throw CheckError("an interval is empty") }
      centre.append((lower + upper) >> 1)
      radius.append(upper - centre.last!)
    }
    try self.init(centre: centre, radius: radius, exponent: exponent)
  }

  /// Joins boxes to one, which they are if there is but one.
  init(joining boxes: [Box]) throws(CheckError) {
    let exponent = boxes.map(\.exponent).max() ?? 0
    var (centre, radius): ([Int64], [Int64]) = ([], [])
    for box in boxes where boxes.count > 1 {
      let shift = box.exponent - exponent
      // The centre moves by less than a unit.
      let error: Int64 = shift < 0 ? 1 : 0
      centre += box.centre.map { Int64(scaled(Int128($0), by: shift, .nearest)) }
      radius += box.radius.map { Int64(scaled(Int128($0), by: shift, .up)) + error }
    }
    guard boxes.count > 1 else {
      self = boxes[0]
      return
    }
    try self.init(centre: centre, radius: radius, exponent: exponent)
  }

  var count: Int { centre.count }

  /// The largest magnitude of a scalar in its interval, in units.
  func magnitude(_ place: Int) -> Int64 { Int64(centre[place].magnitude) + radius[place] }

  /// The largest magnitude of all.
  var largest: Dyadic {
    Dyadic(Int128((0..<count).lazy.map(magnitude).max() ?? 0), exponent: exponent, .up)
  }

  subscript(place: Int) -> Interval {
    Interval(
      Dyadic(Int(centre[place] - radius[place]), exponent: exponent),
      Dyadic(Int(centre[place] + radius[place]), exponent: exponent))
  }

  /// Shrinks the interval of a scalar to what it has in common with another one.
  mutating func shrink(_ place: Int, to interval: Interval) throws(CheckError) {
    let common = Interval(
      max(self[place].lower, interval.lower), min(self[place].upper, interval.upper))
    guard common.lower <= common.upper else { throw CheckError("an interval is empty") }
    let upper = common.upper.units(exponent, .up)
    centre[place] = (common.lower.units(exponent, .down) + upper) >> 1
    radius[place] = upper - centre[place]
  }

  /// Returns the least value of the form Λ·h over the box: Λ·c − |Λ|·r.
  func least(of form: Block) -> Dyadic {
    var sum: Int128 = 0
    for (place, coefficient) in form.values.enumerated() where coefficient != 0 {
      sum &+= Int128(coefficient) &* Int128(centre[place])
      sum &-= Int128(coefficient.magnitude) &* Int128(radius[place])
    }
    return Dyadic(sum, exponent: form.exponent + exponent, .down)
  }
}
