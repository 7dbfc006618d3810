/// A value that makes no sense: what it must be, what it is and how to mend it, in one line.
///
/// The types that hold settings check themselves by a method `validate()` that throws this error,
/// so that a program that sets properties in Swift gets the same refusal as a recipe or an option.
/// Where the value came from a recipe, the reader catches the error and puts the line of the file
/// in front of it.
///
/// It is declared in this module because ``ImageSettings`` is the lowest of these types; schedules,
/// objectives and attacks in the modules above throw it too.
public struct InvalidValue: Error, Sendable, Equatable, CustomStringConvertible {
  /// What the value must be and what it is, a phrase without a full stop.
  package let problem: String
  /// What to do about it, where more can be said than the problem says already.
  package let remedy: String?

  /// Creates an error from its two phrases.
  package init(_ problem: String, remedy: String? = nil) {
    self.problem = problem
    self.remedy = remedy
  }

  /// The error as one line, such as `the batch size must be a whole number in 1...65536, not 0`.
  public var description: String { problem + (remedy.map { "; \($0)" } ?? "") }
}

extension InvalidValue {
  /// Checks that a whole number is within its limits.
  ///
  /// - Parameters:
  ///   - name: What the error calls the value, behind the article "the".
  ///   - value: The number.
  ///   - limits: The numbers that are allowed.
  /// - Throws: ``InvalidValue`` for a number outside of the limits.
  package static func check(
    _ name: String, _ value: Int, in limits: ClosedRange<Int>
  ) throws(InvalidValue) {
    guard !limits.contains(value) else { return }
    throw InvalidValue("the \(name) must be a whole number in \(limits), not \(value)")
  }

  /// Checks that a number is finite and within its limits.
  ///
  /// - Parameters:
  ///   - name: What the error calls the value, behind the article "the".
  ///   - value: The number.
  ///   - limits: The numbers that are allowed.
  /// - Throws: ``InvalidValue`` for a number outside of the limits, for NaN and for infinity.
  package static func check(
    _ name: String, _ value: Float, _ limits: NumberLimits
  ) throws(InvalidValue) {
    guard !limits.contains(value) else { return }
    throw InvalidValue("the \(name) must be a number \(limits.words), not \(value)")
  }
}
