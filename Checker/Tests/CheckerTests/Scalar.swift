/// What networks of tests are evaluated in: exact rationals, or Float as a runtime does.
protocol Scalar: Comparable {
  init(_ number: Float)
  static func + (x: Self, y: Self) -> Self
  static func - (x: Self, y: Self) -> Self
  static func * (x: Self, y: Self) -> Self
  static func / (x: Self, y: Self) -> Self
}

extension Float: Scalar {}

/// An integer of any size, made for short code and not for speed.
struct BigInt: Comparable {
  /// The magnitude in base 2³², from the lowest digit, without zeros at its end.
  private(set) var digits: [UInt32] = []
  var isNegative = false

  init(_ value: Int) {
    digits = [UInt32(truncatingIfNeeded: value.magnitude), UInt32(value.magnitude >> 32)]
    isNegative = value < 0
    trim()
  }

  private mutating func trim() {
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { isNegative = false }
  }

  var isZero: Bool { digits.isEmpty }
  var isEven: Bool { (digits.first ?? 0) & 1 == 0 }
  var magnitude: BigInt {
    var result = self
    result.isNegative = false
    return result
  }

  private static func isLess(_ x: [UInt32], _ y: [UInt32]) -> Bool {
    x.count != y.count ? x.count < y.count : x.reversed().lexicographicallyPrecedes(y.reversed())
  }

  private static func sum(_ x: [UInt32], _ y: [UInt32]) -> [UInt32] {
    var (carry, result): (UInt64, [UInt32]) = (0, [])
    for place in 0..<max(x.count, y.count) + 1 {
      carry += place < x.count ? UInt64(x[place]) : 0
      carry += place < y.count ? UInt64(y[place]) : 0
      result.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    return result
  }

  /// x − y for y up to x.
  private static func difference(_ x: [UInt32], _ y: [UInt32]) -> [UInt32] {
    var (borrow, result): (Int64, [UInt32]) = (0, [])
    for place in x.indices {
      borrow += Int64(x[place]) - (place < y.count ? Int64(y[place]) : 0)
      result.append(UInt32(truncatingIfNeeded: borrow))
      borrow >>= 32
    }
    return result
  }

  static prefix func - (x: BigInt) -> BigInt {
    var result = x
    result.isNegative = !x.isNegative && !x.isZero
    return result
  }

  static func + (x: BigInt, y: BigInt) -> BigInt {
    var result = x
    if x.isNegative == y.isNegative {
      result.digits = sum(x.digits, y.digits)
    } else if isLess(x.digits, y.digits) {
      (result.digits, result.isNegative) = (difference(y.digits, x.digits), y.isNegative)
    } else {
      result.digits = difference(x.digits, y.digits)
    }
    result.trim()
    return result
  }

  static func - (x: BigInt, y: BigInt) -> BigInt { x + -y }

  static func * (x: BigInt, y: BigInt) -> BigInt {
    var result = BigInt(0)
    result.digits = [UInt32](repeating: 0, count: x.digits.count + y.digits.count)
    for (i, a) in x.digits.enumerated() {
      var carry: UInt64 = 0
      for (j, b) in y.digits.enumerated() {
        carry += UInt64(a) * UInt64(b) + UInt64(result.digits[i + j])
        result.digits[i + j] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      result.digits[i + y.digits.count] = UInt32(carry)
    }
    result.isNegative = x.isNegative != y.isNegative
    result.trim()
    return result
  }

  /// x · 2^places; of a negative number of places only zeros may be shifted out.
  static func << (x: BigInt, places: Int) -> BigInt {
    var result = x
    let words = places >> 5
    let bits = UInt64(places & 31)
    if words < 0 { result.digits.removeFirst(min(-words - (bits > 0 ? 1 : 0), x.digits.count)) }
    var carry: UInt64 = 0
    result.digits = (result.digits + [0]).map { digit in
      carry |= UInt64(digit) << bits
      defer { carry >>= 32 }
      return UInt32(truncatingIfNeeded: carry)
    }
    if words < 0 && bits > 0 { result.digits.removeFirst() }
    if words > 0 { result.digits = [UInt32](repeating: 0, count: words) + result.digits }
    result.trim()
    return result
  }

  var trailingZeros: Int {
    guard let first = digits.firstIndex(where: { $0 != 0 }) else { return 0 }
    return 32 * first + digits[first].trailingZeroBitCount
  }

  static func < (x: BigInt, y: BigInt) -> Bool { (x - y).isNegative }
}

/// A fraction in lowest terms, with a positive denominator.
struct Rational: Scalar, CustomStringConvertible {
  let numerator, denominator: BigInt

  init(_ numerator: BigInt, _ denominator: BigInt) {
    let zeros = denominator.trailingZeros
    if denominator == BigInt(1) << zeros {
      // Most denominators are powers of two.
      let shared = numerator.isZero ? zeros : min(zeros, numerator.trailingZeros)
      (self.numerator, self.denominator) = (numerator << -shared, denominator << -shared)
      return
    }
    let shared = Self.divisor(numerator.magnitude, denominator.magnitude)
    let sign = BigInt(denominator.isNegative ? -1 : 1)
    self.numerator = Self.quotient(numerator * sign, shared)
    self.denominator = Self.quotient(denominator * sign, shared)
  }

  init(_ integer: Int) { (numerator, denominator) = (BigInt(integer), BigInt(1)) }

  init(_ numerator: Int, over denominator: Int) {
    self.init(BigInt(numerator), BigInt(denominator))
  }

  /// mantissa · 2^exponent
  init(_ mantissa: Int, exponent: Int) {
    self.init(
      exponent > 0 ? BigInt(mantissa) << exponent : BigInt(mantissa),
      exponent < 0 ? BigInt(1) << -exponent : BigInt(1))
  }

  init(_ number: Float) {
    let significand = number.isZero ? 0 : Int(number.significand * 0x1p23)
    self.init(
      number < 0 ? -significand : significand,
      exponent: number.isZero ? 0 : Int(number.exponent) - 23)
  }

  /// The greatest common divisor, by halving.
  private static func divisor(_ x: BigInt, _ y: BigInt) -> BigInt {
    guard !x.isZero else { return y }
    let zeros = min(x.trailingZeros, y.trailingZeros)
    var (x, y) = (x << -x.trailingZeros, y << -y.trailingZeros)
    while x != y {
      if x < y { (x, y) = (y, x) }
      x = x - y
      x = x << -x.trailingZeros
    }
    return x << zeros
  }

  /// The quotient of a number by one of its divisors, bit by bit.
  private static func quotient(_ x: BigInt, _ y: BigInt) -> BigInt {
    let zeros = y.trailingZeros
    var (rest, result) = (x.magnitude << -zeros, BigInt(0))
    let odd = y << -zeros
    if odd == BigInt(1) { return x.isNegative ? -rest : rest }
    // An odd divisor takes away the lowest bit that is left.
    while !rest.isZero {
      let place = rest.trailingZeros
      result = result + BigInt(1) << place
      rest = rest - odd << place
    }
    return x.isNegative ? -result : result
  }

  static func + (x: Rational, y: Rational) -> Rational {
    Rational(
      x.numerator * y.denominator + y.numerator * x.denominator, x.denominator * y.denominator)
  }
  static func - (x: Rational, y: Rational) -> Rational {
    Rational(
      x.numerator * y.denominator - y.numerator * x.denominator, x.denominator * y.denominator)
  }
  static func * (x: Rational, y: Rational) -> Rational {
    Rational(x.numerator * y.numerator, x.denominator * y.denominator)
  }
  static func / (x: Rational, y: Rational) -> Rational {
    Rational(x.numerator * y.denominator, x.denominator * y.numerator)
  }
  static func < (x: Rational, y: Rational) -> Bool {
    x.numerator * y.denominator < y.numerator * x.denominator
  }

  /// About the number, for messages.
  var approximation: Double {
    func value(_ x: BigInt) -> Double { x.digits.reversed().reduce(0) { $0 * 0x1p32 + Double($1) } }
    return (numerator.isNegative ? -1 : 1) * value(numerator) / value(denominator)
  }
  var description: String { "\(approximation)" }
}
