import Bounds
import Networks
import Tensors

/// What a training will go through and take, known before it starts or goes on.
///
/// The settings of each epoch follow from the plan. Time is measured: a few real steps of each kind
/// that the schedule has are done on a copy of the run, and the judging of a part of the held-out
/// examples, and scaled up. The run itself is not changed; of one that has begun, what is left to do
/// counts. It is what a dry run of the tool prints.
public struct TrainingForecast: Sendable {
  /// An epoch's settings: ε, κ and β at its first and last step, and its learning rate.
  package struct Epoch: Sendable {
    /// The epoch, from 1.
    package let number: Int
    /// ε and the factors at the epoch's first step.
    package let first: ObjectivePoint
    /// ε and the factors at the epoch's last step.
    package let last: ObjectivePoint
    /// The learning rate in the whole epoch.
    package let learningRate: Float
  }

  /// The plan's epochs from the current one on, in order.
  package let epochs: [Epoch]
  /// The number of steps in each of them.
  package let stepsPerEpoch: Int
  /// The seconds for the steps that are left and the judging after each epoch, from real steps on
  /// this machine. What writing checkpoints takes is not included.
  public let seconds: Double
  /// The most bytes that tensors took at one time in these steps and the judging, those of the run
  /// and its data included.
  public let peakBytes: Int

  /// The number of steps that are left in all epochs.
  package let steps: Int

  /// Does a few steps of each kind that the schedule has on copies of a run.
  ///
  /// - Throws: ``TrainingError/diverged(epoch:step:)`` where a step's loss is not finite, and what
  ///   ``TrainingRun/init(_:network:on:)`` throws.
  /// - Complexity: Four steps for each kind, and judging at most 125 held-out examples for each
  ///   thread.
  public init(_ run: TrainingRun) throws {
    BufferPool.shared.trim()
    BufferPool.shared.restartPeak()
    let plan = run.plan
    let perEpoch = run.stepsPerEpoch
    stepsPerEpoch = perEpoch
    steps = max(plan.schedule.epochs * perEpoch - run.step, 0)
    epochs = (0..<plan.schedule.epochs).dropFirst(run.epoch).map { index in
      Epoch(
        number: index + 1, first: plan.point(atStep: index * perEpoch, stepsPerEpoch: perEpoch),
        last: plan.point(atStep: (index + 1) * perEpoch - 1, stepsPerEpoch: perEpoch),
        learningRate: plan.learningRate(epoch: index))
    }
    var measured: [Kind: Double] = [:]
    var total = try Self.secondsPerSelection(run) * Double(epochs.count)
    for epoch in epochs {
      // All steps of an epoch are taken for steps like its last. They differ only in the few epochs
      // in which a term comes in or drops out.
      let kind = Kind(plan.objective, epoch.last)
      let seconds = try measured[kind] ?? Self.secondsPerStep(kind, run)
      measured[kind] = seconds
      let left = min(epoch.number * perEpoch - run.step, perEpoch)
      total += seconds * Double(left)
    }
    seconds = total
    peakBytes = BufferPool.shared.statistics.peakBytes
  }

  /// A kind of steps that cost the same: by which terms of the objective they compute.
  private struct Kind: Hashable {
    /// Whether there is a backward pass of CROWN-IBP.
    let backward: Bool
    /// Whether there is a robust term at all.
    let bounds: Bool
    /// Whether there is a natural term.
    let clean: Bool

    /// Finds out which terms count at a point of the schedule.
    init(_ objective: Objective, _ point: ObjectivePoint) {
      bounds = objective.isRobust && point.epsilon > 0 && point.kappa < 1
      backward = bounds && point.beta >= Objective.leastBeta
      clean = point.kappa > 0
    }

    /// Returns an objective that costs what this kind does from the first step on.
    ///
    /// Objectives whose cost does not depend on κ and β are taken as they are.
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

  /// The mean seconds of three steps of a kind, after one that is not counted (it compiles kernels
  /// and fills the pool of buffers).
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

  /// The seconds for judging the network on all held-out examples after an epoch, from a part of
  /// them.
  private static func secondsPerSelection(_ run: TrainingRun) throws -> Double {
    let held = run.split.heldOut
    let part = held.prefix(125 * Threads.count)
    guard !part.isEmpty else { return 0 }
    let time = ContinuousClock().measure { _ = run.selectionReport(of: Array(part)) }
    return time.seconds * Double(held.count) / Double(part.count)
  }
}
