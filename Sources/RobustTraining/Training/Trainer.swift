import Bounds
import Formats
import Networks

/// Drives a ``TrainingRun`` epoch by epoch and tells an observer what happens.
public struct Trainer {
  /// What an observer sees.
  public enum Event: Sendable {
    case step(StepReport)
    case epoch(EpochReport)
  }

  /// How a call to ``train(_:isInterrupted:observe:)`` ended.
  public enum Outcome: Sendable, Equatable {
    case finished
    case interrupted
  }

  public init() {}

  /// Trains until the plan's last epoch has ended or `isInterrupted` answers true, which is asked
  /// after every step; the run can then be saved and go on later.
  ///
  /// `observe` gets each event with the run as it then stands, and may throw to stop.
  @discardableResult
  public func train(
    _ run: inout TrainingRun, isInterrupted: () -> Bool = { false },
    observe: (Event, TrainingRun) throws -> Void = { _, _ in }
  ) throws -> Outcome {
    while !run.isFinished {
      let order = run.order
      repeat {
        let report = try run.advance(order)
        try observe(.step(report), run)
        if isInterrupted(), run.step % run.stepsPerEpoch != 0 { return .interrupted }
      } while run.step % run.stepsPerEpoch != 0
      try observe(.epoch(try endEpoch(&run)), run)
      if isInterrupted(), !run.isFinished { return .interrupted }
    }
    return .finished
  }

  private func endEpoch(_ run: inout TrainingRun) throws -> EpochReport {
    let epoch = run.epoch - 1
    let point = run.plan.point(atStep: run.step - 1, stepsPerEpoch: run.stepsPerEpoch)
    let sums = run.takeSums()
    let selection = try run.selectionReport()
    var isBest = false
    if let selection {
      let error = run.plan.objective.isRobust ? selection.verifiedError : selection.standardError
      let counts =
        !run.plan.objective.isRobust || epoch + 1 >= run.plan.schedule.ramp.firstFullEpoch
      if counts, error < run.best?.error ?? .infinity {
        run.best = (error, epoch)
        isBest = true
      }
    }
    return EpochReport(
      epoch: epoch, point: point, learningRate: run.plan.learningRate(epoch: epoch), sums: sums,
      selection: selection, isBest: isBest)
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
  /// Per ReLU layer, summed over the held-out examples, at the selection ε.
  public let reluStatistics: [ReLUStatistics]
}

extension TrainingRun {
  /// Examples evaluated at once.
  private static var chunk: Int { 500 }

  func selectionReport() throws -> SelectionReport? {
    let held = split.heldOut
    guard !held.isEmpty else { return nil }
    let network = self.network
    let set = plan.perturbation.withEpsilon(plan.selectionEpsilon)
    var (wrong, unverified) = (0, 0)
    var statistics: [ReLUStatistics] = []
    for start in stride(from: 0, to: held.count, by: Self.chunk) {
      let batch = split.data.batch(held[start..<min(start + Self.chunk, held.count)])
      wrong += zip(network(batch.images).argmaxOfRows, batch.labels).count { $0 != $1 }
      let bounds = try BoundPropagation(network, on: set.region(around: batch.images))
      let margins = bounds.intervalBounds(.margins(of: batch.labels, classes: network.classes))
      unverified += margins.minimumOfRows.count { !($0 > 0) }
      let counts = bounds.reluStatistics
      statistics = statistics.isEmpty ? counts : zip(statistics, counts).map(+)
    }
    return SelectionReport(
      standardError: Float(wrong) / Float(held.count),
      verifiedError: Float(unverified) / Float(held.count), reluStatistics: statistics)
  }
}
