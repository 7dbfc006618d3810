import Datasets

/// How the learning rate falls in the course of a training.
///
/// The rate is constant within an epoch: each update of epoch e (from 0) moves the parameters by
/// `learningRate · factor(e)`, where the factor is a product of equal factors that never exceeds 1.
/// `TrainingPlan.learningRate(epoch:)` multiplies the two. Like everything in a schedule the
/// factor is a pure function of the epoch, so that a resumed run goes on with the rate that an
/// uninterrupted one has.
public enum LearningRateDecay: Sendable, Equatable {
  /// The learning rate stays what it is at the start: the factor is 1 in every epoch.
  case constant
  /// The rate is multiplied by `factor` each time when a listed number of epochs is done.
  ///
  /// With `[130, 190]` and a factor of 0.1, epochs 0 to 129 have the whole rate, epochs 130 to 189
  /// a tenth and all later ones a hundredth. A milestone at or beyond the last epoch never acts,
  /// which `TrainingPlan.missedMilestones` reports.
  case milestones([Int], factor: Float)
  /// The rate is multiplied by `factor` after every `every` epochs, counted from the end of the
  /// ramp of ε.
  ///
  /// While ε grows, the objective becomes harder from step to step and the rate stays whole; it
  /// falls for the first time when `every` epochs at the largest ε are done. The published
  /// CROWN-IBP recipes of the small models use a factor of 0.5 and ten epochs.
  case afterRamp(every: Int, factor: Float)

  /// The numbers of epochs that may lie between two falls.
  package static let intervalLimits = 1...1_000_000
  /// The numbers of epochs after which the learning rate may fall.
  package static let milestoneLimits = 0...1_000_000

  /// Checks the numbers of a decay, which its cases take as they are.
  ///
  /// - Throws: ``InvalidValue`` for a factor that is not above 0 and at most 1, and for numbers of
  ///   epochs out of range.
  package func validate() throws(InvalidValue) {
    switch self {
    case .constant: break
    case .milestones(let epochs, let factor):
      try InvalidValue.check("factor of the learning rate's decay", factor, .shrinking)
      for epoch in epochs {
        try InvalidValue.check("milestone of the learning rate", epoch, in: Self.milestoneLimits)
      }
    case .afterRamp(let every, let factor):
      try InvalidValue.check("factor of the learning rate's decay", factor, .shrinking)
      try InvalidValue.check(
        "number of epochs between two falls of the learning rate", every, in: Self.intervalLimits)
    }
  }

  /// Returns the factor by which the first learning rate is multiplied in an epoch.
  ///
  /// - Parameters:
  ///   - epoch: The epoch from 0, which is also the number of epochs that are done.
  ///   - ramp: The ramp of ε, from whose end ``afterRamp(every:factor:)`` counts.
  /// - Returns: A number of at most 1 for a decay that ``validate()`` accepts.
  package func factor(epoch: Int, ramp: EpsilonRamp) -> Float {
    let times: Int
    let base: Float
    switch self {
    case .constant: return 1
    case .milestones(let epochs, let factor):
      (times, base) = (epochs.count { $0 <= epoch }, factor)
    case .afterRamp(let every, let factor):
      // An interval of 0 is refused by validate(), but nothing forces a caller to ask: it must not
      // divide.
      (times, base) = (max(epoch - ramp.firstFullEpoch, 0) / max(every, 1), factor)
    }
    return (0..<times).reduce(1) { value, _ in value * base }
  }
}
