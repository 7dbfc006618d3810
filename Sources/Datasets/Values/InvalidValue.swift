/// A value that makes no sense: what it must be, what it is and how to mend it, in one line.
public struct InvalidValue: Error, Sendable, Equatable, CustomStringConvertible {
  package let problem: String
  package let remedy: String?

  package init(_ problem: String, remedy: String? = nil) {
    self.problem = problem
    self.remedy = remedy
  }

  /// Such as "the batch size must be in 1...65536, not 0".
  public var description: String { problem + (remedy.map { "; \($0)" } ?? "") }
}

extension InvalidValue {
  /// Checks a whole number.
  ///
  /// - Throws: ``InvalidValue`` for one outside of the limits.
  package static func check(
    _ name: String, _ value: Int, in limits: ClosedRange<Int>
  ) throws(InvalidValue) {
    guard !limits.contains(value) else { return }
    throw InvalidValue("the \(name) must be a whole number in \(limits), not \(value)")
  }

  /// Checks a number.
  ///
  /// - Throws: ``InvalidValue`` for one outside of the limits, for NaN and for infinity.
  package static func check(
    _ name: String, _ value: Float, _ limits: NumberLimits
  ) throws(InvalidValue) {
    guard !limits.contains(value) else { return }
    throw InvalidValue("the \(name) must be a number \(limits.words), not \(value)")
  }
}
