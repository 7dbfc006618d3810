/// An integer times a power of two, of any size: sums and products are exact. It is what bounds are
/// held against, and slow.
package struct Dyadic: Sendable {
  /// The magnitude of the integer, the least digit first, without zeros at the end.
  private var digits: [UInt32]
  private var isNegative: Bool
  private var exponent: Int

  private init(_ digits: [UInt32], isNegative: Bool, exponent: Int) {
    var digits = digits
    while digits.last == 0 { digits.removeLast() }
    (self.digits, self.isNegative, self.exponent) = (digits, isNegative, exponent)
  }

  /// A finite number, exactly.
  package init(_ x: Float) { self.init(Double(x)) }

  /// A finite number, exactly.
  package init(_ x: Double) {
    precondition(x.isFinite, "\(x) is no dyadic number")
    let bits = x.isNormal ? x.significandBitPattern | 1 << 52 : x.significandBitPattern
    let exponent = x.isNormal ? Int(x.exponent) - 52 : -1074
    self.init(
      [UInt32(truncatingIfNeeded: bits), UInt32(bits >> 32)], isNegative: x < 0,
      exponent: exponent)
  }

  package static let zero = Dyadic([], isNegative: false, exponent: 0)

  /// −1, 0 or 1.
  package var sign: Int { digits.isEmpty ? 0 : isNegative ? -1 : 1 }

  package static func + (a: Dyadic, b: Dyadic) -> Dyadic {
    guard a.sign != 0 else { return b }
    guard b.sign != 0 else { return a }
    let exponent = min(a.exponent, b.exponent)
    let (x, y) = (
      shifted(a.digits, by: a.exponent - exponent), shifted(b.digits, by: b.exponent - exponent)
    )
    if a.isNegative == b.isNegative {
      return Dyadic(sum(x, y), isNegative: a.isNegative, exponent: exponent)
    }
    return isLess(x, y)
      ? Dyadic(difference(y, x), isNegative: b.isNegative, exponent: exponent)
      : Dyadic(difference(x, y), isNegative: a.isNegative, exponent: exponent)
  }

  package static func * (a: Dyadic, b: Dyadic) -> Dyadic {
    var result = [UInt32](repeating: 0, count: a.digits.count + b.digits.count)
    for (i, x) in a.digits.enumerated() {
      var carry: UInt64 = 0
      for (j, y) in b.digits.enumerated() {
        let term = UInt64(x) * UInt64(y) + UInt64(result[i + j]) + carry
        (result[i + j], carry) = (UInt32(truncatingIfNeeded: term), term >> 32)
      }
      result[i + b.digits.count] = UInt32(carry)
    }
    return Dyadic(
      result, isNegative: a.isNegative != b.isNegative, exponent: a.exponent + b.exponent)
  }

  package static prefix func - (a: Dyadic) -> Dyadic {
    Dyadic(a.digits, isNegative: !a.isNegative, exponent: a.exponent)
  }

  package static func - (a: Dyadic, b: Dyadic) -> Dyadic { a + -b }
  package static func < (a: Dyadic, b: Dyadic) -> Bool { (a - b).sign < 0 }

  /// The number to some digits, for messages.
  package var approximation: Double {
    var value = 0.0
    for digit in digits.reversed() { value = value * 0x1p32 + Double(digit) }
    return (isNegative ? -value : value)
      * Double(sign: .plus, exponent: max(exponent, -1000), significand: 1)
  }

  private static func shifted(_ digits: [UInt32], by bits: Int) -> [UInt32] {
    let (words, rest) = (bits / 32, bits % 32)
    var result = [UInt32](repeating: 0, count: words)
    var carry: UInt64 = 0
    for digit in digits {
      let wide = UInt64(digit) << UInt64(rest) | carry
      result.append(UInt32(truncatingIfNeeded: wide))
      carry = wide >> 32
    }
    if carry > 0 { result.append(UInt32(carry)) }
    return result
  }

  private static func sum(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
    var (result, carry) = ([UInt32](), UInt64(0))
    for i in 0..<max(a.count, b.count) {
      let digits = UInt64(i < a.count ? a[i] : 0) + UInt64(i < b.count ? b[i] : 0) + carry
      result.append(UInt32(truncatingIfNeeded: digits))
      carry = digits >> 32
    }
    return carry > 0 ? result + [UInt32(carry)] : result
  }

  /// a − b, for a ≥ b.
  private static func difference(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
    var (result, borrow) = ([UInt32](), Int64(0))
    for i in a.indices {
      let digit = Int64(a[i]) - Int64(i < b.count ? b[i] : 0) - borrow
      result.append(UInt32(truncatingIfNeeded: digit))
      borrow = digit < 0 ? 1 : 0
    }
    return result
  }

  private static func isLess(_ a: [UInt32], _ b: [UInt32]) -> Bool {
    let (x, y) = (a.lastIndex { $0 != 0 } ?? -1, b.lastIndex { $0 != 0 } ?? -1)
    guard x == y else { return x < y }
    for i in stride(from: x, through: 0, by: -1) where a[i] != b[i] { return a[i] < b[i] }
    return false
  }
}
