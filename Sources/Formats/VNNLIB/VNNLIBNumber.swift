/// A number of a file as the nearest Double, and how far the exact number may be from it.
///
/// Decimals such as 0.1 are no Doubles. What they are off by is carried through sums and products, so
/// that ends of boxes and constraints can be moved outwards by it.
struct VNNLIBNumber: Equatable {
  /// A Double near the number.
  let value: Double
  /// The exact number is at most this far from it; 0 where it is the number.
  let error: Double

  /// A number that a Double holds.
  init(_ value: Double) { (self.value, error) = (value, 0) }

  /// - Parameter error: At least the distance of the exact number, up to last bits.
  private init(_ value: Double, error: Double) {
    self.value = value
    // Sums of errors are rounded as well.
    self.error = error == 0 ? 0 : error * (1 + 0x1p-40) + .leastNonzeroMagnitude
  }

  /// Reads a decimal number, with a sign and an exponent if need be.
  ///
  /// - Returns: nil for anything else, such as words and hexadecimal numbers, which Swift would read
  ///   too.
  init?(_ word: String) {
    guard word.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let value = Double(word)
    else { return nil }
    self.init(value, error: Self.isExact(value, word) ? 0 : value.ulp)
  }

  static func + (a: VNNLIBNumber, b: VNNLIBNumber) -> VNNLIBNumber {
    let sum = a.value + b.value
    // What the sum is rounded by, exactly (Knuth's two-sum).
    let part = sum - a.value
    let rounding = (a.value - (sum - part)) + (b.value - part)
    return VNNLIBNumber(sum, error: abs(rounding) + a.error + b.error)
  }

  static func * (a: VNNLIBNumber, b: VNNLIBNumber) -> VNNLIBNumber {
    let product = a.value * b.value
    // A product that underflows is rounded by less than what the initialiser adds.
    let rounding = (-product).addingProduct(a.value, b.value)
    return VNNLIBNumber(
      product,
      error: abs(rounding) + abs(a.value) * b.error + abs(b.value) * a.error + a.error * b.error
        + (product.isNormal || a.value == 0 || b.value == 0 ? 0 : .leastNormalMagnitude))
  }

  static prefix func - (a: VNNLIBNumber) -> VNNLIBNumber {
    VNNLIBNumber(-a.value, exactError: a.error)
  }

  private init(_ value: Double, exactError: Double) { (self.value, error) = (value, exactError) }

  /// Returns whether a Double is a decimal number exactly: digits · 10^exponent = significand · 2^k.
  /// It says no where the comparison does not fit into 128 bits.
  private static func isExact(_ value: Double, _ word: String) -> Bool {
    guard let (digits, exponent) = decimal(word) else { return false }
    guard digits != 0 else { return value == 0 }
    guard value.isNormal, -22...0 ~= exponent else {
      // A whole number with zeros behind it.
      return value.isNormal && 0...22 ~= exponent && digits < 1 << 53
        && Double(digits) * power(10, exponent) == abs(value)
        && (Double(digits) * power(10, exponent)) < 0x1p53
    }
    // digits · 2^−exponent′ = significand · 2^k · 5^−exponent, both sides whole after a shift.
    let significand = UInt128(value.significandBitPattern | 1 << 52)
    let shift = Int(value.exponent) - 52 - exponent
    var (left, right) = (UInt128(digits), significand)
    for _ in 0..<(-exponent) { right *= 5 }
    guard abs(shift) < 63 else { return false }
    if shift >= 0 {
      guard right.leadingZeroBitCount > shift else { return false }
      right <<= shift
    } else {
      left <<= -shift
    }
    return left == right
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { power, _ in power * base }
  }

  /// Splits a decimal into its digits as a whole number and a power of ten; nil where there are more
  /// than nineteen digits.
  private static func decimal(_ word: String) -> (digits: UInt64, exponent: Int)? {
    let parts = word.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    guard var exponent = parts.count == 2 ? Int(parts[1]) : 0 else { return nil }
    var (digits, hasPoint) = (UInt64(0), false)
    for character in parts[0] where character != "+" && character != "-" {
      if character == "." {
        hasPoint = true
        continue
      }
      guard let digit = character.wholeNumberValue, digits < UInt64.max / 10 - 1,
        abs(exponent) < 10_000
      else { return nil }
      digits = digits * 10 + UInt64(digit)
      if hasPoint { exponent -= 1 }
    }
    // Zeros at the end say nothing.
    while digits != 0, digits % 10 == 0, exponent < 0 {
      (digits, exponent) = (digits / 10, exponent + 1)
    }
    return (digits, exponent)
  }
}
