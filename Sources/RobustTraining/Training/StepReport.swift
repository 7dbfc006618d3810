/// What one step shows.
public struct StepReport: Sendable {
  /// Since the start of training, from 0.
  public let step: Int
  public let stepsPerEpoch: Int
  public let point: ObjectivePoint
  /// Of the epoch so far.
  public let sums: EpochSums
}
