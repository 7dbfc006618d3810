import Bounds
import Networks
import Tensors

/// What an observer of a training sees: every step, and after the last step of an epoch the epoch.
public enum TrainingEvent: Sendable {
  /// A step was done.
  case step(StepReport)
  /// An epoch has ended, and its network was judged on the held-out examples.
  case epoch(EpochReport)
}

/// How a call to ``TrainingRun/train(budget:observe:)`` ended.
public enum TrainingOutcome: Sendable, Equatable {
  /// The last epoch of the plan has ended.
  case finished
  /// The budget was spent before that; the run can go on.
  case interrupted
}

extension TrainingRun {
  /// Trains until the plan's last epoch has ended or the training is interrupted.
  ///
  /// ```swift
  /// var run = training
  /// let outcome = try run.train(budget: Budget(deadline: .now.advanced(by: .seconds(60))))
  /// print(outcome == .finished ? "finished" : "stopped after \(run.epoch) epochs")
  /// ```
  ///
  /// The budget is asked after each step whether it is spent, and once more after each epoch. An
  /// epoch whose last step is done is always ended, judging included. An interrupted run can be
  /// saved (``save(to:settings:)``) and go on later, or go on by another call.
  ///
  /// - Parameters:
  ///   - budget: When to stop. Its deadline and its `Budget.isStopped` count, which are asked
  ///     after every step; its memory does not.
  ///   - observe: Gets each event with the run as it then stands; what it throws ends the training.
  /// - Returns: How the call ended. A run that is finished already returns at once.
  /// - Throws: ``TrainingError/diverged(epoch:step:)``, and what `observe` throws.
  @discardableResult
  public mutating func train(
    budget: Budget = Budget(),
    observe: (TrainingEvent, TrainingRun) throws -> Void = { _, _ in }
  ) throws -> TrainingOutcome {
    while !isFinished {
      let order = self.order
      repeat {
        let report = try advance(order)
        try observe(.step(report), self)
        if budget.isSpent, !isBetweenEpochs { return .interrupted }
      } while !isBetweenEpochs
      let report = endEpoch()
      try observe(.epoch(report), self)
      if budget.isSpent, !isFinished { return .interrupted }
    }
    return .finished
  }

  /// Whether the step that comes next is the first of an epoch.
  private var isBetweenEpochs: Bool { step % stepsPerEpoch == 0 }

  /// Ends an epoch whose last step was done: takes the weights into their average, judges the
  /// network, remembers the epoch if it is the best one, and looks for signs that training goes
  /// wrong.
  private mutating func endEpoch() -> EpochReport {
    let ended = epoch
    // Before the judging: the average, once begun, is the network that is judged.
    averageWeights()
    let selection = selectionReport(of: split.heldOut)
    let isBest = selection.map { takeBest($0, epoch: ended) } ?? false
    let point = plan.point(atStep: step - 1, stepsPerEpoch: stepsPerEpoch)
    let sums = takeSums()
    let warnings = TrainingWarning.all(
      of: plan.objective, epoch: ended, at: point, sums, selection, classes: template.classes
    ).filter { told.insert($0.kind).inserted }
    return EpochReport(
      epoch: ended, point: point, learningRate: plan.learningRate(epoch: ended - 1), sums: sums,
      selection: selection, isBest: isBest, warnings: warnings)
  }

  /// Remembers an epoch if it is the best so far.
  ///
  /// The error is of the kind that the objective is about (``Objective/selection-swift.property``),
  /// on held-out examples. For a robust objective only epochs from the end of the ramp on count:
  /// those of earlier epochs were trained against smaller sets. The first of several equal epochs
  /// stays, and NaN is never the best.
  ///
  /// - Parameter epoch: The epoch that has ended, from 1.
  /// - Returns: Whether it is the best one, so that its network should be kept.
  mutating func takeBest(_ selection: SelectionReport, epoch: Int) -> Bool {
    let robust = plan.objective.isRobust
    let error =
      switch plan.objective.selection {
      case .standardError: selection.standardError
      case .attackedError: selection.attackedError ?? 1
      case .verifiedError: selection.verifiedError
      }
    let counts = !robust || epoch >= plan.schedule.ramp.firstFullEpoch
    guard counts, error < best?.error ?? .infinity else { return false }
    best = (error, epoch)
    return true
  }
}

/// What an epoch shows: what it trained with, how training went, and how the network does on
/// examples it has not seen.
///
/// ``TrainingRun/train(budget:observe:)`` makes one after each epoch. Where it says
/// ``isBest``, whoever keeps the model keeps this epoch's network; until an epoch counts, the last
/// one's.
public struct EpochReport: Sendable {
  /// The epoch that has ended, from 1.
  public let epoch: Int
  /// ε, κ and β at the epoch's last step.
  public let point: ObjectivePoint
  /// The learning rate of the whole epoch.
  public let learningRate: Float
  /// The sums over the training examples of the epoch.
  public let sums: EpochSums
  /// The errors on the held-out examples; nil if there are none.
  public let selection: SelectionReport?
  /// Whether this is the best epoch so far, by the error that the objective selects by.
  public let isBest: Bool
  /// The warnings that the epoch gives, of kinds that no earlier epoch of the run has given.
  public let warnings: [TrainingWarning]
}

/// How the network does on the held-out examples after an epoch, at the selection ε
/// (``TrainingPlan/selectionEpsilon``).
///
/// All errors are fractions of these examples. Which of them chooses the best epoch depends on the
/// objective.
public struct SelectionReport: Sendable {
  /// The fraction misclassified without perturbation.
  public let standardError: Float
  /// The certified error: the fraction not certified, by the method that the objective selects by
  /// or else by intervals.
  public let verifiedError: Float
  /// The fraction for which projected gradient descent (10 steps from one random start) finds a
  /// wrong answer in the set; nil where the objective does not choose by it.
  public let attackedError: Float?
  /// How many ReLUs are active, inactive and unstable by intervals, for each ReLU layer, summed
  /// over the examples.
  package let reluStatistics: [ReLUStatistics]
  /// The number of examples answered with each class; an answer of NaN counts for none.
  package let answers: [Int]
  /// The number of examples that belong to each class.
  package let labels: [Int]
  /// The paths of ReLU layers whose output is 0 for every clean example.
  package let deadLayers: [String]
}
