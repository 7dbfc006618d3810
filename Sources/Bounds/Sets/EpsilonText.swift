import Foundation

/// An ε as people write it: 4/255 rather than 0.015686275.
///
/// A number that takes many decimals is recognised as the fraction that it is the nearest Float of:
/// pixels come in 255ths. The form needs no memory of how the number was written, so that it is the
/// same in every file and table, for a model of any origin.
package enum EpsilonText {
  /// Writes an ε for files, such as "0.1" or "4/255": the text reads back as the same Float.
  package static func exact(_ epsilon: Float) -> String {
    fraction(epsilon) ?? "\(epsilon)"
  }

  /// Writes an ε for people, with four digits of the value of a fraction, such as "4/255
  /// (0.01569)".
  package static func shown(_ epsilon: Float) -> String {
    guard let fraction = fraction(epsilon) else { return "\(epsilon)" }
    return "\(fraction) (\(String(format: "%.4g", Double(epsilon))))"
  }

  /// Finds the fraction that a number is the nearest Float of: thirds, sevenths, ninths, 255ths or
  /// halves of 255ths. Returns nil for a number that is none of these, or that has fewer than seven
  /// digits: someone may have written such a decimal.
  private static func fraction(_ epsilon: Float) -> String? {
    guard epsilon.isFinite, epsilon > 0, digits(epsilon) >= 7 else { return nil }
    // 255ths come last, so that a third is not written as 85/255.
    for denominator in [3, 7, 9, 255] {
      let numerator = (epsilon * Float(denominator)).rounded()
      guard numerator >= 1, numerator <= 65_536 else { continue }
      guard value(numerator, denominator) == epsilon else { continue }
      return "\(Int(numerator))/\(denominator)"
    }
    let halves = (epsilon * 510).rounded()
    guard halves >= 1, halves <= 510, value(halves / 2, 255) == epsilon else { return nil }
    return "\(halves / 2)/255"
  }

  /// The nearest Float of a fraction. Numerator and denominator are exact in Double, and the
  /// quotient is rounded there first and then to Float.
  private static func value(_ numerator: Float, _ denominator: Int) -> Float {
    Float(Double(numerator) / Double(denominator))
  }

  /// Counts the digits of a number's shortest decimal, leaving out zeros in front of them.
  private static func digits(_ value: Float) -> Int {
    let text = "\(value)".prefix { $0 != "e" }
    return text.filter(\.isNumber).drop { $0 == "0" }.count
  }
}
