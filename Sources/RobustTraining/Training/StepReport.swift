/// What one step of training shows: where the run stands and what it has seen of the epoch.
///
/// `TrainingRun.advance(_:)` makes one for each step, and observers of a training get it as
/// ``TrainingEvent/step(_:)``.
public struct StepReport: Sendable {
  /// The step that was done, counted from the start of training, from 0.
  public let step: Int
  /// The number of steps in an epoch, which turns the step into epochs.
  public let stepsPerEpoch: Int
  /// ε and the factors of the objective that the step trained with.
  public let point: ObjectivePoint
  /// The sums over the epoch so far, this step included.
  public let sums: EpochSums
}
