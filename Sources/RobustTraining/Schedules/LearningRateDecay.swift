/// How the learning rate falls, by whole epochs.
public enum LearningRateDecay: Sendable, Equatable {
  case constant
  /// Multiplied by `factor` after each of these numbers of epochs.
  case milestones([Int], factor: Float)
  /// Multiplied by `factor` every so many epochs once the ε ramp has ended.
  case afterRamp(every: Int, factor: Float)

  /// The factor on the first learning rate in the epoch after so many.
  public func factor(epoch: Int, ramp: EpsilonRamp) -> Float {
    let times: Int
    let base: Float
    switch self {
    case .constant: return 1
    case .milestones(let epochs, let factor):
      (times, base) = (epochs.count { $0 <= epoch }, factor)
    case .afterRamp(let every, let factor):
      (times, base) = (max(epoch - ramp.firstFullEpoch, 0) / every, factor)
    }
    return (0..<times).reduce(1) { value, _ in value * base }
  }
}
