import Datasets

/// How the learning rate falls, by whole epochs.
public enum LearningRateDecay: Sendable, Equatable {
  case constant
  /// Multiplied by `factor` after each of these numbers of epochs.
  case milestones([Int], factor: Float)
  /// Multiplied by `factor` every so many epochs once the ε ramp has ended.
  case afterRamp(every: Int, factor: Float)

  /// Epochs that may lie between two falls.
  package static let intervalLimits = 1...1_000_000
  /// Epochs after which the learning rate may fall.
  package static let milestoneLimits = 0...1_000_000

  /// - Throws: ``InvalidValue`` for a factor that is not above 0 and at most 1, and for epochs out
  ///   of range.
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

  /// The factor on the first learning rate in the epoch after so many.
  package func factor(epoch: Int, ramp: EpsilonRamp) -> Float {
    let times: Int
    let base: Float
    switch self {
    case .constant: return 1
    case .milestones(let epochs, let factor):
      (times, base) = (epochs.count { $0 <= epoch }, factor)
    case .afterRamp(let every, let factor):
      (times, base) = (max(epoch - ramp.firstFullEpoch, 0) / max(every, 1), factor)
    }
    return (0..<times).reduce(1) { value, _ in value * base }
  }
}
