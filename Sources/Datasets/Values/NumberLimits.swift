/// Which numbers a setting may have, and how that is said.
package struct NumberLimits: Sendable {
  /// Such as "above 0", behind "a number".
  package let words: String
  private let holds: @Sendable (Float) -> Bool

  private init(_ words: String, _ holds: @escaping @Sendable (Float) -> Bool) {
    self.words = words
    self.holds = holds
  }

  /// Whether a number is finite and within the limits.
  package func contains(_ value: Float) -> Bool { value.isFinite && holds(value) }

  package static let positive = NumberLimits("above 0") { $0 > 0 }
  package static let notNegative = NumberLimits("that is zero or more") { $0 >= 0 }
  /// Parts of a whole, both ends included.
  package static let unit = NumberLimits("from 0 to 1") { 0...1 ~= $0 }
  package static let belowOne = NumberLimits("from 0 to below 1") { 0..<1 ~= $0 }
  /// What a quantity may be multiplied by to shrink.
  package static let shrinking = NumberLimits("above 0 and at most 1") { $0 > 0 && $0 <= 1 }
  package static let inside = NumberLimits("above 0 and below 1") { $0 > 0 && $0 < 1 }
}
