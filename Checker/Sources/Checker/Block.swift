/// A vector of integers that share a power of two: scalar i is values[i] · 2^exponent.
struct Block: Sendable {
  var values: [Int64]
  let exponent: Int

  /// How many bits the values of a kind of vector have. Sums of 2²² products of a coefficient with
  /// a value or a weight, and of 2²⁰ of a weight with a value, stay below 2¹²⁶ (see ``Limits``).
  enum Bits {
    static let coefficient = 44
    static let weight = 46
    /// Values of a box have a few units more.
    static let value = 58
  }

  /// Holds integers as they are.
  init(_ values: [Int64], exponent: Int) { (self.values, self.exponent) = (values, exponent) }

  /// Rounds numbers to a common grid, to one side.
  init(_ numbers: [Dyadic], _ rounding: Rounding) {
    let exponent = (numbers.map(\.top).max() ?? 0) - Bits.value
    self.init(numbers.map { $0.units(exponent, rounding) }, exponent: exponent)
  }

  /// Takes a number near each of some intervals.
  ///
  /// - Parameter error: What these numbers differ at most from any number in the intervals.
  init(near intervals: (Int) -> Interval, count: Int, bits: Int, error: inout Dyadic) {
    let top = (0..<count).reduce(Dyadic.zero.top) { max($0, intervals($1).magnitude.top) }
    let exponent = top - bits
    var largest = Dyadic.zero
    let values = (0..<count).map { place in
      let interval = intervals(place)
      let value = interval.lower.units(exponent, .nearest)
      let number = Dyadic(Int(value), exponent: exponent)
      let distance = max(
        interval.upper.minus(number, .up), number.minus(interval.lower, .up))
      if largest < distance { largest = distance }
      return value
    }
    self.init(values, exponent: exponent)
    error = largest
  }

  /// The largest magnitude.
  var largest: Dyadic {
    Dyadic(Int128(values.lazy.map(\.magnitude).max() ?? 0), exponent: exponent, .up)
  }
}
