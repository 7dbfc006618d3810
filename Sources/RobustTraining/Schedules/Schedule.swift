/// Everything that changes from step to step, as pure functions of the step.
public struct Schedule: Sendable, Equatable {
  public var epochs: Int
  public var batchSize: Int
  public var ramp: EpsilonRamp

  public init(epochs: Int, batchSize: Int = 256, ramp: EpsilonRamp) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.ramp = ramp
  }

  /// Steps of an epoch over `count` examples; the last batch may be smaller.
  public func stepsPerEpoch(examples count: Int) -> Int { (count + batchSize - 1) / batchSize }
}
