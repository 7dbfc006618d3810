extension Dyadic {
  /// The number as a decimal of four digits, rounded down.
  var decimal: String {
    guard mantissa != 0 else { return "0" }
    // Of a negative number the magnitude is rounded up.
    let isNegative = mantissa < 0
    let rounding: Rounding = isNegative ? .up : .down
    var (number, power) = (magnitude, 0)
    let ten = Dyadic(10)
    while number < Dyadic(1000) { (number, power) = (number.times(ten, rounding), power - 1) }
    while Dyadic(9999) < number { (number, power) = (number.over(ten, rounding), power + 1) }
    let digits = String(number.units(0, rounding))
    let sign = isNegative ? "-" : ""
    switch power {
    case -9 ... -4:
      let padded = String(repeating: "0", count: max(1 - power - digits.count, 0)) + digits
      let whole = padded.dropLast(-power)
      return sign + whole + "." + padded.suffix(-power)
    case -3..<0: return sign + digits.dropLast(-power) + "." + digits.suffix(-power)
    case 0..<6: return sign + digits + String(repeating: "0", count: power)
    default: return "\(sign)\(digits.prefix(1)).\(digits.dropFirst())e\(power + digits.count - 1)"
    }
  }
}
