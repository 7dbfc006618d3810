/// The numbers that a setting may have, and the words that say so.
///
/// A `ClosedRange` cannot express "above 0", and errors, help texts and the page of settings need a
/// phrase for it in any case. So the few kinds of limits that settings have are named values here,
/// each with its test and its phrase. ``InvalidValue`` checks by them and the table of settings of
/// the module Experiments reads by them, which keeps what Swift, YAML and options accept the same.
///
/// NaN and infinity are outside of all limits.
package struct NumberLimits: Sendable {
  /// The limits as a phrase that follows "a number", such as `above 0`.
  package let words: String
  /// Whether a finite number is within the limits.
  private let holds: @Sendable (Float) -> Bool

  private init(_ words: String, _ holds: @escaping @Sendable (Float) -> Bool) {
    self.words = words
    self.holds = holds
  }

  /// Returns whether a number is finite and within the limits.
  package func contains(_ value: Float) -> Bool { value.isFinite && holds(value) }

  /// Numbers above 0, such as a learning rate.
  package static let positive = NumberLimits("above 0") { $0 > 0 }
  /// Numbers that are 0 or more, such as a weight of a term in a loss.
  package static let notNegative = NumberLimits("that is zero or more") { $0 >= 0 }
  /// Parts of a whole, from 0 to 1 with both ends included.
  package static let unit = NumberLimits("from 0 to 1") { 0...1 ~= $0 }
  /// Numbers from 0 to below 1, such as a momentum: 1 itself would never forget.
  package static let belowOne = NumberLimits("from 0 to below 1") { 0..<1 ~= $0 }
  /// Factors above 0 and at most 1, by which a quantity is multiplied to shrink or to stay as it
  /// is.
  package static let shrinking = NumberLimits("above 0 and at most 1") { $0 > 0 && $0 <= 1 }
  /// Numbers above 0 and below 1, such as a place strictly within a sequence of steps.
  package static let inside = NumberLimits("above 0 and below 1") { $0 > 0 && $0 < 1 }
}
