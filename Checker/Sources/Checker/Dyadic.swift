/// To which side a number is rounded.
enum Rounding { case down, up, nearest }

/// Returns value · 2^shift, rounded to an integer.
///
/// The caller makes sure that |value| < 2¹²⁶ and that the result is below 2¹²⁶, too.
func scaled(_ value: Int128, by shift: Int, _ rounding: Rounding) -> Int128 {
  guard shift < 0 else { return value << shift }
  // Of a number that is shifted out, only the sign is left.
  let places = min(-shift, 127)
  switch rounding {
  case .down: return value >> places
  case .up: return -(-value >> places)
  case .nearest: return shift > -127 ? (value + (1 << (places - 1))) >> places : 0
  }
}

/// The number of bits of |value|: the least n with |value| < 2ⁿ.
func bitWidth(_ value: Int128) -> Int { 128 - value.magnitude.leadingZeroBitCount }

/// A number mantissa · 2^exponent.
///
/// Every operation rounds its result to 61 bits, to the side that it is told, and is exact where 61
/// bits suffice. Exponents do not overflow, since no file is long enough to make one of 2⁶³.
struct Dyadic: Comparable, Sendable {
  /// |mantissa| ≤ 2⁶¹.
  let mantissa: Int64
  let exponent: Int

  static let zero = Dyadic(0)

  init(_ integer: Int, exponent: Int = 0) {
    self.init(Int128(integer), exponent: exponent, .nearest)
  }

  /// Rounds value · 2^exponent, |value| < 2¹²⁶, to 61 bits.
  init(_ value: Int128, exponent: Int, _ rounding: Rounding) {
    let excess = max(bitWidth(value) - 61, 0)
    mantissa = Int64(scaled(value, by: -excess, rounding))
    self.exponent = exponent + excess
  }

  /// Decodes a Float32 from its bits; nil for NaN and infinity.
  init?(float bits: UInt32) {
    let (field, fraction) = (Int(bits >> 23 & 0xff), Int(bits & 0x7f_ffff))
    guard field < 255 else { return nil }
    // Subnormal numbers have the exponent of the smallest normal ones, and no leading one.
    let magnitude = field == 0 ? fraction : fraction + 1 << 23
    self.init(bits >> 31 == 0 ? magnitude : -magnitude, exponent: max(field, 1) - 150)
  }

  /// A t with |x| < 2^t, at most one more than the least; −200 for numbers below 2⁻²⁰⁰.
  var top: Int { mantissa == 0 ? -200 : max(exponent + bitWidth(Int128(mantissa)), -200) }

  var magnitude: Dyadic { mantissa < 0 ? -self : self }

  static prefix func - (x: Dyadic) -> Dyadic { Dyadic(-Int(x.mantissa), exponent: x.exponent) }

  /// Returns x · 2^exponent as an integer of the unit 2^unit. The caller makes sure that it fits.
  func units(_ unit: Int, _ rounding: Rounding) -> Int64 {
    Int64(scaled(Int128(mantissa), by: exponent - unit, rounding))
  }

  func plus(_ other: Dyadic, _ rounding: Rounding) -> Dyadic {
    guard mantissa != 0 else { return other }
    guard other.mantissa != 0 else { return self }
    let (high, low) = exponent >= other.exponent ? (self, other) : (other, self)
    // 61 bits moved by 64 places stay below 2¹²⁶. If more places lie between the two, the lower
    // number is below 2⁶¹ units, rounded, and the sum has the sign of the higher one.
    let unit = max(low.exponent, high.exponent - 64)
    let sum =
      scaled(Int128(high.mantissa), by: high.exponent - unit, rounding)
      + scaled(Int128(low.mantissa), by: low.exponent - unit, rounding)
    return Dyadic(sum, exponent: unit, rounding)
  }

  func minus(_ other: Dyadic, _ rounding: Rounding) -> Dyadic { plus(-other, rounding) }

  func times(_ other: Dyadic, _ rounding: Rounding) -> Dyadic {
    Dyadic(
      Int128(mantissa) * Int128(other.mantissa), exponent: exponent + other.exponent, rounding)
  }

  /// Returns the quotient by a number that is not 0.
  func over(_ other: Dyadic, _ rounding: Rounding) -> Dyadic {
    // The dividend has 125 bits, so that the quotient has 63 at least.
    let shift = 125 - bitWidth(Int128(mantissa))
    let sign: Int128 = other.mantissa < 0 ? -1 : 1
    let dividend = sign * (Int128(mantissa) << shift)
    let divisor = sign * Int128(other.mantissa)
    let (quotient, rest) = dividend.quotientAndRemainder(dividingBy: divisor)
    // Division cuts towards 0. One unit corrects it.
    let correction: Int128 =
      switch rounding {
      case .down: rest < 0 ? -1 : 0
      case .up: rest > 0 ? 1 : 0
      case .nearest: 0
      }
    return Dyadic(
      quotient + correction, exponent: exponent - shift - other.exponent, rounding)
  }

  /// Returns the square root of a number that is not negative.
  func squareRoot(_ rounding: Rounding) -> Dyadic {
    let width = 125 - bitWidth(Int128(mantissa))
    // The exponent has to be even.
    let shift = (exponent - width) % 2 == 0 ? width : width - 1
    let square = UInt128(mantissa) << UInt128(shift)
    let root = integerSquareRoot(square)
    let isExact = root * root == square
    return Dyadic(
      Int128(rounding == .up && !isExact ? root + 1 : root),
      exponent: (exponent - shift) / 2, rounding)
  }

  static func < (left: Dyadic, right: Dyadic) -> Bool { left.minus(right, .down).mantissa < 0 }
  static func == (left: Dyadic, right: Dyadic) -> Bool { left.minus(right, .down).mantissa == 0 }
}

/// Returns the largest integer whose square is at most `square`, which is below 2¹²⁶.
func integerSquareRoot(_ square: UInt128) -> UInt128 {
  var root: UInt128 = 0
  for place in stride(from: 62, through: 0, by: -1) {
    let next = root | 1 << UInt128(place)
    if next * next <= square { root = next }
  }
  return root
}
