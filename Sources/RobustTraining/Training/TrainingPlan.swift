import Bounds
import Datasets

/// Every setting of a training run that changes its result: what is minimised, against which set,
/// over which schedule, by which optimiser, on which part of the data, with which randomness.
///
/// ```swift
/// let plan = TrainingPlan(
///   objective: .crownIBP(margins: .fused), perturbation: .linf(epsilon: 0.1, within: 0...1),
///   schedule: Schedule(epochs: 20, ramp: EpsilonRamp(start: 1, length: 12)), holdout: 500)
/// var run = try TrainingRun(plan, network: network, on: data.train)
/// try run.train { event, _ in
///   if case .epoch(let report) = event { print(report.epoch, report.sums.meanLoss) }
/// }
/// ```
///
/// Two runs with equal plans, networks and data give the same bits on the same machine with the
/// same number of threads. Recipes make plans, and so can programs; what is left out has a sensible
/// value.
///
/// A ``TrainingRun`` checks the plan when it is made.
public struct TrainingPlan: Sendable, Equatable {
  /// The loss that each step minimises.
  public var objective: Objective
  /// The perturbation set at the largest ε that training reaches, in raw pixel units.
  ///
  /// Training with a slightly larger ε than the one to be certified often certifies more at that.
  public var perturbation: Perturbation
  /// Epochs, batches and the ramp of ε.
  public var schedule: Schedule
  /// The update rule, its numbers and the decay of the learning rate.
  public var optimizer: Optimizer.Settings
  /// The seed from which all that is random follows: split, order, augmentation, attacks.
  public var seed: UInt64
  /// The number of training examples that are kept aside, to choose the best epoch by; 0 for none.
  /// Then no epoch is the best, and the last one is kept.
  public var holdout: Int
  /// The number of the other examples that are trained on, drawn at random; nil for all of them.
  public var trainExamples: Int?
  /// The ε at which held-out examples are judged to choose the best epoch, usually the one that is
  /// certified in the end.
  public var selectionEpsilon: Float
  /// The random changes of training images.
  public var augmentation: Augmentation

  /// Creates a plan; what makes no sense in it is found by the run.
  ///
  /// - Parameter selectionEpsilon: nil for the largest ε of training.
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

  /// Returns ε, κ and β at a step, from 0.
  package func point(atStep step: Int, stepsPerEpoch: Int) -> ObjectivePoint {
    let fraction = schedule.ramp.fraction(atStep: step, stepsPerEpoch: stepsPerEpoch)
    return ObjectivePoint(
      objective, epsilon: perturbation.epsilon * fraction, largest: perturbation.epsilon)
  }

  /// The milestones of the learning rate's decay that never act, since training ends first. They
  /// are no error, but likely a slip.
  package var missedMilestones: [Int] {
    guard case .milestones(let epochs, _) = optimizer.decay else { return [] }
    return epochs.filter { $0 >= schedule.epochs }
  }

  /// Returns the learning rate in an epoch, from 0.
  package func learningRate(epoch: Int) -> Float {
    optimizer.learningRate * optimizer.decay.factor(epoch: epoch, ramp: schedule.ramp)
  }
}

extension TrainingPlan {
  /// Refuses settings that cannot work together, or not with a network's input and outputs and the
  /// data.
  ///
  /// - Parameters:
  ///   - input: The shape of the network's input without the batch axis.
  ///   - classes: The number of the network's outputs, of which the data may use fewer.
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

  /// Checks the numbers by themselves.
  ///
  /// - Throws: ``TrainingError/badPlan(_:)`` with the words of the ``InvalidValue``.
  private func validateNumbers() throws(TrainingError) {
    do {
      try objective.validate()
      try schedule.validate()
      try optimizer.validate()
      try augmentation.validate()
      try InvalidValue.check("epsilon of the selection", selectionEpsilon, .notNegative)
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

/// Training that cannot start or cannot go on.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The loss of a step or its gradient became NaN or infinite; the epoch, and the step in it, both
  /// from 1.
  case diverged(epoch: Int, step: Int)
  /// Settings that cannot work together, or not with the network and the data.
  case badPlan(String)
  /// A checkpoint that is not one of this run, with the file and the reason.
  case checkpoint(String)

  /// One line that says what is wrong and how to mend it.
  public var description: String {
    switch self {
    case .diverged(let epoch, let step):
      "the loss or its gradient is NaN or infinite in epoch \(epoch), step \(step); lower the "
        + "learning rate, set clip-norm or lengthen the ramp"
    case .badPlan(let problem), .checkpoint(let problem): problem
    }
  }
}
