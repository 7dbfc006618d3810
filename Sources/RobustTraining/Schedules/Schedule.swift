import Datasets

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

  /// Numbers of epochs that a training may have.
  package static let epochLimits = 1...1_000_000
  /// Examples that a batch may have, and batches that a step may.
  package static let batchLimits = 1...65_536

  /// Refuses a schedule that no training can have.
  ///
  /// - Throws: ``InvalidValue`` for numbers out of range, and for a ramp that ends after the last
  ///   epoch.
  package func validate() throws(InvalidValue) {
    try InvalidValue.check("number of epochs", epochs, in: Self.epochLimits)
    try InvalidValue.check("batch size", batchSize, in: Self.batchLimits)
    try InvalidValue.check("number of batches per step", batchesPerStep, in: Self.batchLimits)
    try ramp.validate()
    guard ramp.firstFullEpoch <= epochs else {
      throw InvalidValue(
        "the ramp ends after \(ramp.firstFullEpoch) epochs of \(epochs)",
        remedy: "shorten the ramp (start, length) or train for more epochs")
    }
  }

  /// Examples of a step.
  package var examplesPerStep: Int { batchSize * batchesPerStep }

  /// Steps of an epoch over `count` examples; the last one may have fewer.
  package func stepsPerEpoch(examples count: Int) -> Int {
    let size = max(examplesPerStep, 1)
    return (count + size - 1) / size
  }
}
