/// Everything that changes from step to step, as pure functions of the step.
public struct Schedule: Sendable, Equatable {
  public var epochs: Int
  /// Examples whose loss is computed at once; BatchNorm takes its statistics from them.
  public var batchSize: Int
  /// Batches in a step: its gradient is the mean over all their examples.
  public var batchesPerStep: Int
  public var ramp: EpsilonRamp

  public init(epochs: Int, batchSize: Int = 256, batchesPerStep: Int = 1, ramp: EpsilonRamp) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.batchesPerStep = batchesPerStep
    self.ramp = ramp
  }

  /// Examples of a step.
  public var examplesPerStep: Int { batchSize * batchesPerStep }

  /// Steps of an epoch over `count` examples; the last one may have fewer.
  public func stepsPerEpoch(examples count: Int) -> Int {
    (count + examplesPerStep - 1) / examplesPerStep
  }
}
