import Datasets

/// How the steps of an attack become shorter while it runs: long ones to get to the region of a
/// wrong answer, short ones to find the point.
public enum StepDecay: Sendable, Equatable {
  /// All steps have the length of the first one.
  case constant
  /// The length is multiplied by `factor` when each of these parts of the steps is done. Parts are
  /// fractions above 0 and below 1.
  case milestones([Float], factor: Float)

  /// A tenth of the length after half of the steps, a hundredth after three quarters.
  public static let tenths = StepDecay.milestones([0.5, 0.75], factor: 0.1)

  /// Checks the numbers.
  ///
  /// - Throws: ``InvalidValue`` for a factor that is not above 0 and at most 1, for parts that are
  ///   not above 0 and below 1, and for no parts.
  package func validate() throws(InvalidValue) {
    guard case .milestones(let parts, let factor) = self else { return }
    try InvalidValue.check("factor of the attack's decay", factor, .shrinking)
    guard !parts.isEmpty else {
      throw InvalidValue(
        "the attack's decay names no part of the steps", remedy: "use constant steps")
    }
    for part in parts { try InvalidValue.check("part of the attack's steps", part, .inside) }
  }

  /// Returns what the length of a step is multiplied by.
  ///
  /// - Parameters:
  ///   - step: The step, from 0.
  ///   - steps: The number of steps of the whole descent.
  func factor(atStep step: Int, of steps: Int) -> Float {
    guard case .milestones(let parts, let factor) = self else { return 1 }
    return parts.reduce(1) { Float(step) >= $1 * Float(steps) ? $0 * factor : $0 }
  }
}
