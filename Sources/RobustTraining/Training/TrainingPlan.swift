import Bounds
import Datasets

/// Every setting of a training run that changes its result.
public struct TrainingPlan: Sendable, Equatable {
  public var objective: Objective
  /// The set at the largest ε that training reaches.
  public var perturbation: Perturbation
  public var schedule: Schedule
  public var optimizer: Optimizer.Settings
  public var seed: UInt64
  /// Training examples kept aside to choose the best epoch by.
  public var holdout: Int
  /// Of the others so many, drawn at random; nil for all.
  public var trainExamples: Int?
  /// ε by which the best epoch is chosen, usually the one that is certified in the end.
  public var selectionEpsilon: Float
  public var augmentation: Augmentation

  public init(
    objective: Objective, perturbation: Perturbation, schedule: Schedule,
    optimizer: Optimizer.Settings = Optimizer.Settings(), seed: UInt64 = 0, holdout: Int = 0,
    trainExamples: Int? = nil,
    selectionEpsilon: Float? = nil, augmentation: Augmentation = Augmentation()
  ) {
    self.objective = objective
    self.perturbation = perturbation
    self.schedule = schedule
    self.optimizer = optimizer
    self.seed = seed
    self.holdout = holdout
    self.trainExamples = trainExamples
    self.selectionEpsilon = selectionEpsilon ?? perturbation.epsilon
    self.augmentation = augmentation
  }

  /// ε, κ and β at a step.
  package func point(atStep step: Int, stepsPerEpoch: Int) -> ObjectivePoint {
    let fraction = schedule.ramp.fraction(atStep: step, stepsPerEpoch: stepsPerEpoch)
    return ObjectivePoint(
      objective, epsilon: perturbation.epsilon * fraction, largest: perturbation.epsilon)
  }

  /// After how many epochs the learning rate would fall, had the schedule so many.
  package var missedMilestones: [Int] {
    guard case .milestones(let epochs, _) = optimizer.decay else { return [] }
    return epochs.filter { $0 >= schedule.epochs }
  }

  /// The learning rate in an epoch (from 0).
  package func learningRate(epoch: Int) -> Float {
    optimizer.learningRate * optimizer.decay.factor(epoch: epoch, ramp: schedule.ramp)
  }
}

extension TrainingPlan {
  /// Refuses settings that cannot work together, or not with a network's input and outputs and the
  /// data.
  ///
  /// - Throws: ``TrainingError/badPlan(_:)``.
  package func validate(input: [Int], classes: Int, on data: LabeledImages) throws(TrainingError) {
    try validateNumbers()
    guard [data.height, data.width, data.channels] == input else {
      throw .badPlan(
        "the network takes images \(input), the data are "
          + "[\(data.height), \(data.width), \(data.channels)]")
    }
    guard classes >= data.classes else {
      throw .badPlan("the network has \(classes) outputs, the data \(data.classes) classes")
    }
    guard holdout >= 0, holdout < data.count else {
      throw .badPlan("holdout \(holdout) leaves nothing of \(data.count) training examples")
    }
    guard trainExamples.map({ 1...(data.count - holdout) ~= $0 }) ?? true else {
      throw .badPlan(
        "train-examples \(trainExamples ?? 0): there are \(data.count - holdout) beside the "
          + "\(holdout) held out")
    }
  }

  private func validateNumbers() throws(TrainingError) {
    do {
      try objective.validate()
      try schedule.validate()
      try optimizer.validate()
      try augmentation.validate()
      guard optimizer.averageFrom ?? 1 <= schedule.epochs else {
        throw InvalidValue(
          "averages would begin with epoch \(optimizer.averageFrom ?? 1) of \(schedule.epochs)",
          remedy: "let them begin earlier, or train for more epochs")
      }
    } catch {
      throw .badPlan("\(error)")
    }
  }
}

/// Training that cannot start or go on.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The loss became NaN or infinite; the epoch, and the step in it, both from 1.
  case diverged(epoch: Int, step: Int)
  case badPlan(String)
  case checkpoint(String)

  public var description: String {
    switch self {
    case .diverged(let epoch, let step):
      "the loss is NaN or infinite in epoch \(epoch), step \(step); lower the learning rate, set "
        + "clip-norm or lengthen the ramp"
    case .badPlan(let problem), .checkpoint(let problem): problem
    }
  }
}
