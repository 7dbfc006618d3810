import Bounds
import Networks
import Tensors

/// What a training will go through and take, known before it starts.
public struct TrainingForecast: Sendable {
  /// An epoch's settings; ε, κ and β at its first and last step.
  package struct Epoch: Sendable {
    /// From 1.
    package let number: Int
    package let first: ObjectivePoint
    package let last: ObjectivePoint
    package let learningRate: Float
  }

  package let epochs: [Epoch]
  package let stepsPerEpoch: Int
  /// Seconds for all epochs and the judging after each, from real steps on this machine.
  public let seconds: Double
  /// The most bytes that tensors took during those steps.
  public let peakBytes: Int

  package var steps: Int { epochs.count * stepsPerEpoch }

  /// Does a few steps of each kind that the schedule has on a copy of a run.
  ///
  /// Throws ``TrainingError/diverged(epoch:step:)`` and ``BoundsError``.
  public init(_ run: TrainingRun) throws {
    let plan = run.plan
    let perEpoch = run.stepsPerEpoch
    stepsPerEpoch = perEpoch
    epochs = (0..<plan.schedule.epochs).map { index in
      Epoch(
        number: index + 1, first: plan.point(atStep: index * perEpoch, stepsPerEpoch: perEpoch),
        last: plan.point(atStep: (index + 1) * perEpoch - 1, stepsPerEpoch: perEpoch),
        learningRate: plan.learningRate(epoch: index))
    }
    var measured: [Kind: Double] = [:]
    var total = try Self.secondsPerSelection(run) * Double(epochs.count)
    for epoch in epochs {
      let kind = Kind(plan.objective, epoch.last)
      let seconds = try measured[kind] ?? Self.secondsPerStep(kind, run)
      measured[kind] = seconds
      total += seconds * Double(perEpoch)
    }
    seconds = total
    peakBytes = BufferPool.shared.statistics.peakBytes
  }

  /// Steps that cost the same.
  private struct Kind: Hashable {
    let backward: Bool
    let bounds: Bool
    let clean: Bool

    init(_ objective: Objective, _ point: ObjectivePoint) {
      bounds = objective.isRobust && point.epsilon > 0 && point.kappa < 1
      backward = bounds && point.beta >= Objective.leastBeta
      clean = point.kappa > 0
    }

    /// An objective that costs this from the first step on.
    func objective(like objective: Objective) -> Objective {
      guard bounds else { return .natural }
      switch objective {
      case .attacked, .shortWarmup, .crown: return objective
      default: break
      }
      let kappa = Objective.Mix.constant(clean ? 0.5 : 0)
      guard backward, case .crownIBP(_, _, let margins, let slope) = objective else {
        return .interval(kappa: kappa)
      }
      return .crownIBP(beta: .constant(0.5), kappa: kappa, margins: margins, slope: slope)
    }
  }

  private static func secondsPerStep(_ kind: Kind, _ run: TrainingRun) throws -> Double {
    var plan = run.plan
    plan.objective = kind.objective(like: plan.objective)
    plan.schedule.ramp = EpsilonRamp(start: 0, length: 0)
    let measured = 3
    plan.schedule.epochs = measured + 1
    plan.optimizer.averageFrom = plan.optimizer.averageFrom.map { min($0, measured + 1) }
    var trial = try TrainingRun(plan, network: run.network, on: run.split.data)
    _ = try trial.advance(trial.order)
    return try (0..<measured).reduce(0) { total, _ in
      let order = trial.order
      return try total + ContinuousClock().measure { _ = try trial.advance(order) }.seconds
    } / Double(measured)
  }

  /// For judging the network on the held-out examples after an epoch, from a part of them.
  private static func secondsPerSelection(_ run: TrainingRun) throws -> Double {
    let held = run.split.heldOut
    let part = held.prefix(125 * Threads.count)
    guard !part.isEmpty else { return 0 }
    let time = ContinuousClock().measure { _ = run.selectionReport(of: Array(part)) }
    return time.seconds * Double(held.count) / Double(part.count)
  }
}
