import Bounds
import Networks
import Tensors

/// What an observer of a training sees.
public enum TrainingEvent: Sendable {
  case step(StepReport)
  case epoch(EpochReport)
}

/// How a call to ``TrainingRun/train(budget:observe:)`` ended.
public enum TrainingOutcome: Sendable, Equatable {
  case finished
  case interrupted
}

extension TrainingRun {
  /// Trains until the plan's last epoch has ended, or the budget is spent, which is asked after every
  /// step; the run can then be saved and go on later.
  ///
  /// - Parameters:
  ///   - budget: Its deadline and its ``Bounds/Budget/isStopped`` count.
  ///   - observe: Gets each event with the run as it then stands; what it throws ends the training.
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

  private var isBetweenEpochs: Bool { step % stepsPerEpoch == 0 }

  private mutating func endEpoch() -> EpochReport {
    let ended = epoch
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

  /// Remembers the epoch if it is the best so far, by the error that the objective is about
  /// (``Objective/selection-swift.property``), for a robust one from the end of the ramp on.
  /// - Parameter epoch: From 1.
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

/// What an epoch shows.
public struct EpochReport: Sendable {
  /// From 1.
  public let epoch: Int
  /// At the epoch's last step.
  public let point: ObjectivePoint
  public let learningRate: Float
  public let sums: EpochSums
  /// On the held-out examples; nil if there are none.
  public let selection: SelectionReport?
  /// Whether this is the best epoch so far.
  public let isBest: Bool
  /// Those of kinds that no earlier epoch of the run has given.
  public let warnings: [TrainingWarning]
}

/// How the network does on the held-out examples after an epoch.
public struct SelectionReport: Sendable {
  /// Fraction misclassified.
  public let standardError: Float
  /// Fraction not certified at the selection ε, by the method that the objective selects by, or
  /// intervals.
  public let verifiedError: Float
  /// Fraction wrong or broken by projected gradient descent (10 steps) at the selection ε; nil
  /// where the objective does not choose by it.
  public let attackedError: Float?
  /// Per ReLU layer, summed over the held-out examples, at the selection ε.
  package let reluStatistics: [ReLUStatistics]
  /// How many examples are answered with each class (NaN with none), and how many belong to it.
  package let answers: [Int]
  package let labels: [Int]
  /// Paths of ReLU layers whose output is 0 for every clean example.
  package let deadLayers: [String]
}
