import Foundation

/// An ε as people write it: 4/255 rather than 0.015686275.
///
/// A number that takes many decimals is recognised as the fraction that it is the nearest Float of:
/// pixels come in 255ths. The form needs no memory of how the number was written, so that it is the
/// same in every file and table, for a model of any origin.
package enum EpsilonText {
  /// A text that reads back as the same number, such as "0.1" or "4/255".
  package static func exact(_ epsilon: Float) -> String {
    fraction(epsilon) ?? "\(epsilon)"
  }

  /// The same for people, with the value of a fraction, such as "4/255 (0.01569)".
  package static func shown(_ epsilon: Float) -> String {
    guard let fraction = fraction(epsilon) else { return "\(epsilon)" }
    return "\(fraction) (\(String(format: "%.4g", Double(epsilon))))"
  }

  /// Thirds and their kin, 255ths and halves of them; nil for a number that is none of these or
  /// has a decimal that someone would write.
  private static func fraction(_ epsilon: Float) -> String? {
    guard epsilon.isFinite, epsilon > 0, digits(epsilon) >= 7 else { return nil }
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

  private static func value(_ numerator: Float, _ denominator: Int) -> Float {
    Float(Double(numerator) / Double(denominator))
  }

  /// How many digits the shortest decimal of a number has, zeros before them not counted.
  private static func digits(_ value: Float) -> Int {
    let text = "\(value)".prefix { $0 != "e" }
    return text.filter(\.isNumber).drop { $0 == "0" }.count
  }
}
