import Datasets

/// How long a training takes, in which portions it takes the data, and how ε grows.
///
/// An epoch visits every training example once, in a random order (`EpochOrder`). It consists of
/// steps; a step is one update of the parameters, for which the gradient over `examplesPerStep`
/// examples is computed in ``batchesPerStep`` batches. Everything that changes in the course of
/// training is a pure function of the step: nothing depends on how many epochs follow, so a run can
/// be extended without changing what is done.
public struct Schedule: Sendable, Equatable {
  /// How many times training visits all training examples.
  public var epochs: Int
  /// The number of examples whose loss is computed at once.
  ///
  /// BatchNorm layers take their statistics from these examples. The last batch of an epoch may
  /// have fewer.
  public var batchSize: Int
  /// The number of batches that one step sums up before it updates the parameters.
  ///
  /// The gradient of a step is the mean over all its examples, so k batches of n examples do what
  /// one batch of k · n does in a network without BatchNorm, with the memory of n.
  public var batchesPerStep: Int
  /// The growth of ε, in epochs of this schedule.
  public var ramp: EpsilonRamp

  /// Creates a schedule of numbers that are not checked here (see `validate()`).
  public init(epochs: Int, batchSize: Int = 256, batchesPerStep: Int = 1, ramp: EpsilonRamp) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.batchesPerStep = batchesPerStep
    self.ramp = ramp
  }

  /// The numbers of epochs that a training may have.
  package static let epochLimits = 1...1_000_000
  /// The numbers of examples that a batch may have, and of batches that a step may have.
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

  /// The number of examples in a step, all its batches together.
  package var examplesPerStep: Int { batchSize * batchesPerStep }

  /// Returns the number of steps in an epoch over `count` training examples, rounded up: the last
  /// step takes what is left, which may be fewer examples than the others have.
  package func stepsPerEpoch(examples count: Int) -> Int {
    let size = max(examplesPerStep, 1)
    return (count + size - 1) / size
  }
}
