import Bounds
import Formats
import Networks
import Tensors

/// A training in progress, as a value: everything that decides how it goes on.
///
/// The data order and all else that is random are functions of the seed and the epoch, so a run
/// restored from a checkpoint gives the same bits as an uninterrupted one (with the same number
/// of threads).
public struct TrainingRun: Sendable {
  public let plan: TrainingPlan
  /// The data it trains on and the part kept aside.
  public let split: HoldoutSplit
  /// The network as it was built, with the running statistics so far.
  var template: Network
  public internal(set) var parameters: [Tensor]
  public internal(set) var optimizer: Optimizer
  /// Steps done since the start.
  public internal(set) var step = 0
  /// Sums over the current epoch so far.
  var sums = EpochSums()
  /// The best selection error so far, and its epoch.
  public internal(set) var best: (error: Float, epoch: Int)?

  /// Throws ``TrainingError/badPlan(_:)`` for settings that cannot work together.
  public init(_ plan: TrainingPlan, network: Network, on data: LabeledImages) throws {
    guard [data.height, data.width, data.channels] == network.inputShape else {
      throw TrainingError.badPlan(
        "the network takes images \(network.inputShape), the data are "
          + "[\(data.height), \(data.width), \(data.channels)]")
    }
    guard network.classes >= data.classes else {
      throw TrainingError.badPlan(
        "the network has \(network.classes) outputs, the data \(data.classes) classes")
    }
    guard plan.holdout >= 0, plan.holdout < data.count else {
      throw TrainingError.badPlan(
        "holdout \(plan.holdout) leaves nothing of \(data.count) training examples")
    }
    self.plan = plan
    template = network
    parameters = network.parameters.map(\.value)
    optimizer = Optimizer(plan.optimizer, for: parameters)
    split = HoldoutSplit(data, holdout: plan.holdout, seed: plan.seed)
  }

  /// The network with the current parameters.
  public var network: Network { template.withParameters(parameters) }
  public var stepsPerEpoch: Int { plan.schedule.stepsPerEpoch(examples: split.training.count) }
  /// Epochs done.
  public var epoch: Int { step / stepsPerEpoch }
  public var isFinished: Bool { epoch >= plan.schedule.epochs }

  /// Does one step on the next batch.
  ///
  /// Throws ``TrainingError/diverged(epoch:step:)`` before the parameters are touched, and
  /// ``BoundsError`` for a layer without bound rules.
  public mutating func advance(_ order: EpochOrder) throws -> StepReport {
    precondition(order.epoch == epoch && !isFinished, "the data order of another epoch")
    let point = plan.point(atStep: step, stepsPerEpoch: stepsPerEpoch)
    let positions = order.indices(ofStep: step % stepsPerEpoch)
    let result = try gradients(on: positions, at: point)
    guard result.loss.isFinite else { throw TrainingError.diverged(epoch: epoch, step: step) }
    optimizer.update(
      &parameters, gradients: result.gradients, learningRate: plan.learningRate(epoch: epoch))
    template = template.withRunningStatistics(result.statistics)
    sums.add(loss: result.loss, examples: positions.count, unverified: result.unverified)
    defer { step += 1 }
    return StepReport(step: step, stepsPerEpoch: stepsPerEpoch, point: point, sums: sums)
  }

  private struct BatchResult {
    let loss: Float
    let gradients: [Tensor]
    /// Examples that the bounds do not verify; nil where none were computed.
    let unverified: Int?
    let statistics: [RunningStatistics]
  }

  /// The mean loss of a batch, its gradients, and what else it shows.
  private func gradients(
    on positions: ArraySlice<Int>, at point: ObjectivePoint
  ) throws -> BatchResult {
    let parts = BatchParts(
      positions, batchSize: plan.schedule.batchSize, cost: StepCost(template, plan.objective),
      network: template)
    let result = try withGradients(at: parameters, parts: parts.count) { part, parameters in
      let batch = split.batch(parts[part], plan, epoch: epoch)
      let loss = try plan.objective.loss(
        of: template.withParameters(parameters), on: batch.images, labels: batch.labels,
        within: plan.perturbation, at: point,
        random: RandomSource(
          seed: plan.seed, purpose: "training attack", index: step * 4096 + part))
      let unverified = loss.margins.map { $0.minimumOfRows.count { !($0 > 0) } }
      return (loss.value * parts.weight(of: part), (unverified, loss.statistics))
    }
    let unverified = result.extras.compactMap(\.0)
    return BatchResult(
      loss: result.value, gradients: result.gradients,
      unverified: unverified.isEmpty ? nil : unverified.reduce(0, +),
      statistics: result.extras[0].1)
  }

  /// The order of the data in the current epoch.
  public var order: EpochOrder {
    EpochOrder(
      epoch: epoch, examples: split.training.count, batchSize: plan.schedule.batchSize,
      seed: plan.seed)
  }

  /// Starts the sums of the next epoch and returns those of the one that has ended.
  mutating func takeSums() -> EpochSums {
    defer { sums = EpochSums() }
    return sums
  }
}

/// Sums over the examples of an epoch.
public struct EpochSums: Sendable, Equatable {
  var loss = 0.0
  var examples = 0
  var bounded = 0
  var unverified = 0

  mutating func add(loss: Float, examples count: Int, unverified wrong: Int?) {
    self.loss += Double(loss) * Double(count)
    examples += count
    guard let wrong else { return }
    bounded += count
    unverified += wrong
  }

  /// Mean loss so far.
  public var meanLoss: Float { Float(loss / Double(max(examples, 1))) }
  /// The fraction of examples seen whose training bounds do not verify them; nil if none was
  /// bounded.
  public var trainingVerifiedError: Float? {
    bounded == 0 ? nil : Float(unverified) / Float(bounded)
  }
}

/// What one step shows.
public struct StepReport: Sendable {
  /// Since the start of training, from 0.
  public let step: Int
  public let stepsPerEpoch: Int
  public let point: ObjectivePoint
  /// Of the epoch so far.
  public let sums: EpochSums
}
