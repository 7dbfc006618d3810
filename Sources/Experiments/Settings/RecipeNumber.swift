import Foundation

/// Numbers as recipes and options write them: 0.1, 1e-3 or a fraction such as 8/255.
///
/// Fractions let an ε be written as the literature does, in steps of a byte. They are divided in
/// Double, and the quotient is rounded to Float.
package enum RecipeNumber {
  /// Returns the value of a text; nil for anything that is not a finite number, a division by zero
  /// included.
  package static func parse(_ text: String) -> Float? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    guard (1...2).contains(parts.count) else { return nil }
    if parts.count == 1 { return Float(parts[0]).flatMap { $0.isFinite ? $0 : nil } }
    guard let numerator = Double(parts[0]), let denominator = Double(parts[1]) else { return nil }
    let value = Float(numerator / denominator)
    return value.isFinite ? value : nil
  }
}
