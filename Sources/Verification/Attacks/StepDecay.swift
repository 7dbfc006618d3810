import Datasets

/// How the step of an attack shrinks while it runs.
public enum StepDecay: Sendable, Equatable {
  case constant
  /// Multiplied by `factor` when each of these parts of the steps is done.
  case milestones([Float], factor: Float)

  /// A tenth after half of the steps, a hundredth after three quarters.
  public static let tenths = StepDecay.milestones([0.5, 0.75], factor: 0.1)

  /// - Throws: ``InvalidValue`` for a factor that is not above 0 and at most 1, and for parts that
  ///   are not above 0 and below 1, or for none.
  package func validate() throws(InvalidValue) {
    guard case .milestones(let parts, let factor) = self else { return }
    try InvalidValue.check("factor of the attack's decay", factor, .shrinking)
    guard !parts.isEmpty else {
      throw InvalidValue(
        "the attack's decay names no part of the steps", remedy: "use constant steps")
    }
    for part in parts { try InvalidValue.check("part of the attack's steps", part, .inside) }
  }

  /// What a step (from 0) is multiplied by.
  func factor(atStep step: Int, of steps: Int) -> Float {
    guard case .milestones(let parts, let factor) = self else { return 1 }
    return parts.reduce(1) { Float(step) >= $1 * Float(steps) ? $0 * factor : $0 }
  }
}
