/// Reads ε, a decimal such as "0.1" or "1e-3", or a fraction such as "8/255".
enum Epsilon {
  /// Returns a number that is not below the one that a text means, and differs by 2⁻⁵⁰ of it at
  /// most.
  static func upper(_ text: String) throws(CheckError) -> Dyadic {
    let bad = CheckError("ε is \"\(text)\", which is neither a decimal nor a fraction of integers")
    guard text.utf8.count <= 40 else { throw bad }
    let fraction = text.split(separator: "/", omittingEmptySubsequences: false)
    if fraction.count == 2 {
      guard let dividend = integer(fraction[0], .up), let divisor = integer(fraction[1], .down),
        divisor > .zero
      else { throw bad }
      return dividend.over(divisor, .up)
    }
    let parts = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
    let digits = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, digits.count <= 2,
      let mantissa = integer(Substring(digits.joined()), .up),
      let exponent = parts.count == 2 ? Self.exponent(parts[1]) : 0
    else { throw bad }
    let shift = exponent - (digits.count == 2 ? digits[1].utf8.count : 0)
    let power = { (rounding: Rounding) in
      (0..<abs(shift)).reduce(Dyadic(1)) { power, _ in power.times(Dyadic(10), rounding) }
    }
    return shift < 0 ? mantissa.over(power(.down), .up) : mantissa.times(power(.up), .up)
  }

  /// An integer of digits alone.
  private static func integer(_ digits: Substring, _ rounding: Rounding) -> Dyadic? {
    guard !digits.isEmpty, digits.utf8.allSatisfy({ 48...57 ~= $0 }) else { return nil }
    return digits.utf8.reduce(Dyadic.zero) {
      $0.times(Dyadic(10), rounding).plus(Dyadic(Int($1) - 48), rounding)
    }
  }

  /// An exponent of one or two digits.
  private static func exponent(_ text: Substring) -> Int? {
    let sign = text.first == "-" ? -1 : 1
    let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text
    guard 1...2 ~= digits.utf8.count, digits.utf8.allSatisfy({ 48...57 ~= $0 }) else { return nil }
    return Int(digits).map { sign * $0 }
  }
}
