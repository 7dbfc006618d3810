import Bounds
import Formats
import Networks
import Tensors

/// What an observer of a training sees.
public enum TrainingEvent: Sendable {
  case step(StepReport)
  case epoch(EpochReport)
}

/// How a call to ``TrainingRun/train(observe:isInterrupted:)`` ended.
public enum TrainingOutcome: Sendable, Equatable {
  case finished
  case interrupted
}

extension TrainingRun {
  /// Trains until the plan's last epoch has ended, or `isInterrupted` answers true, which is asked
  /// after every step; the run can then be saved and go on later.
  ///
  /// `observe` gets each event with the run as it then stands, and may throw to stop. Throws
  /// ``TrainingError/diverged(epoch:step:)``, and ``BoundsError`` for a layer without bound rules.
  @discardableResult
  public mutating func train(
    observe: (TrainingEvent, TrainingRun) throws -> Void = { _, _ in },
    isInterrupted: () -> Bool = { false }
  ) throws -> TrainingOutcome {
    while !isFinished {
      let order = self.order
      repeat {
        let report = try advance(order)
        try observe(.step(report), self)
        if isInterrupted(), !isBetweenEpochs { return .interrupted }
      } while !isBetweenEpochs
      let report = try endEpoch()
      try observe(.epoch(report), self)
      if isInterrupted(), !isFinished { return .interrupted }
    }
    return .finished
  }

  private var isBetweenEpochs: Bool { step % stepsPerEpoch == 0 }

  private mutating func endEpoch() throws -> EpochReport {
    let ended = epoch - 1
    let selection = try selectionReport()
    let isBest = selection.map { takeBest($0, epoch: ended) } ?? false
    return EpochReport(
      epoch: ended, point: plan.point(atStep: step - 1, stepsPerEpoch: stepsPerEpoch),
      learningRate: plan.learningRate(epoch: ended), sums: takeSums(), selection: selection,
      isBest: isBest)
  }

  /// Remembers the epoch if it is the best so far, by the error that the objective is about
  /// (``Objective/selection-swift.property``), for a robust one from the end of the ramp on.
  private mutating func takeBest(_ selection: SelectionReport, epoch: Int) -> Bool {
    let robust = plan.objective.isRobust
    let error =
      switch plan.objective.selection {
      case .standardError: selection.standardError
      case .attackedError: selection.attackedError ?? 1
      case .verifiedError: selection.verifiedError
      }
    let counts = !robust || epoch + 1 >= plan.schedule.ramp.firstFullEpoch
    guard counts, error < best?.error ?? .infinity else { return false }
    best = (error, epoch)
    return true
  }
}

/// What an epoch shows.
public struct EpochReport: Sendable {
  /// From 0.
  public let epoch: Int
  /// At the epoch's last step.
  public let point: ObjectivePoint
  public let learningRate: Float
  public let sums: EpochSums
  /// On the held-out examples; nil if there are none.
  public let selection: SelectionReport?
  /// Whether this is the best epoch so far.
  public let isBest: Bool
}

/// How the network does on the held-out examples after an epoch.
public struct SelectionReport: Sendable {
  /// Fraction misclassified.
  public let standardError: Float
  /// Fraction not certified by intervals at the selection ε.
  public let verifiedError: Float
  /// Fraction wrong or broken by projected gradient descent (10 steps) at the selection ε; nil where the
  /// objective does not choose by it.
  public let attackedError: Float?
  /// Per ReLU layer, summed over the held-out examples, at the selection ε.
  public let reluStatistics: [ReLUStatistics]
}

extension SelectionReport {
  /// Of a part of the held-out examples, as counts.
  fileprivate struct Part {
    var wrong = 0
    var unverified = 0
    var broken = 0
    var reluStatistics: [ReLUStatistics] = []
  }
}

extension TrainingRun {
  func selectionReport() throws -> SelectionReport? {
    let held = split.heldOut
    guard !held.isEmpty else { return nil }
    let network = self.network
    var total = SelectionReport.Part()
    for group in ChunkGroups(of: held.count, size: 125) {
      for part in try Lanes.map(group.count, { try selectionPart(network, held[group[$0]]) }) {
        total.wrong += part.wrong
        total.unverified += part.unverified
        total.broken += part.broken
        total.reluStatistics =
          total.reluStatistics.isEmpty
          ? part.reluStatistics : zip(total.reluStatistics, part.reluStatistics).map(+)
      }
    }
    return SelectionReport(
      standardError: Float(total.wrong) / Float(held.count),
      verifiedError: Float(total.unverified) / Float(held.count),
      attackedError: plan.objective.selection == .attackedError
        ? Float(total.broken) / Float(held.count) : nil,
      reluStatistics: total.reluStatistics)
  }

  private func selectionPart(
    _ network: Network, _ indices: ArraySlice<Int>
  ) throws -> SelectionReport.Part {
    let batch = split.data.batch(indices)
    let set = plan.perturbation.withEpsilon(plan.selectionEpsilon)
    let bounds = try BoundPropagation(network, on: set.region(around: batch.images))
    let margins = bounds.intervalBounds(.margins(of: batch.labels, classes: network.classes))
    return SelectionReport.Part(
      wrong: zip(network(batch.images).argmaxOfRows, batch.labels).count { $0 != $1 },
      unverified: margins.minimumOfRows.count { !($0 > 0) },
      broken: broken(network, batch.images, batch.labels, set, indices),
      reluStatistics: bounds.reluStatistics)
  }

  /// How many examples projected gradient descent breaks, where the objective asks for it.
  private func broken(
    _ network: Network, _ images: Tensor, _ labels: [Int], _ set: Perturbation,
    _ indices: ArraySlice<Int>
  ) -> Int {
    guard plan.objective.selection == .attackedError else { return 0 }
    return Attack.pgd(steps: 10, restarts: 1)
      .findings(
        in: network, around: images, labels: labels, within: set, seed: plan.seed,
        indices: Array(indices)
      )
      .count { $0 != nil }
  }
}
