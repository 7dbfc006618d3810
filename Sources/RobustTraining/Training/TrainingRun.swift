import Bounds
import Datasets
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
  package let split: HoldoutSplit
  /// The digest of all its data (``LabeledImages/digest``).
  package let dataDigest: String
  /// The network as it was built, with the running statistics so far.
  var template: Network
  /// The network as it was built, examined for its bounds.
  private let bounded: BoundedNetwork
  package internal(set) var parameters: [Tensor]
  package internal(set) var optimizer: Optimizer
  /// The average of the weights, once it has begun.
  var average: WeightAverage?
  /// Steps done since the start.
  package internal(set) var step = 0
  /// Sums over the current epoch so far.
  var sums = EpochSums()
  /// Warnings that an epoch has given.
  var told: Set<TrainingWarning.Kind> = []
  /// The best selection error so far, and its epoch (from 1).
  package internal(set) var best: (error: Float, epoch: Int)?

  /// - Throws: ``TrainingError/badPlan(_:)`` for settings that cannot work together, and
  ///   ``Bounds/BoundsError`` for a layer without bound rules.
  public init(_ plan: TrainingPlan, network: Network, on data: LabeledImages) throws {
    try plan.validate(input: network.inputShape, classes: network.classes, on: data)
    if let node = network.nodes.first(where: { $0.layer is Softmax || $0.layer is LogSoftmax }) {
      throw TrainingError.badPlan(
        "layer \(node.path) is a softmax, which cannot be trained; the loss has one itself, so one "
          + "at the network's end can be left out")
    }
    bounded = try BoundedNetwork(network)
    if case .crown(_, _, projections: .some) = plan.objective {
      try bounded.checkProjections(within: plan.perturbation)
    }
    self.plan = plan
    template = network
    parameters = network.parameters.map(\.value)
    optimizer = Optimizer(plan.optimizer, for: parameters)
    split = HoldoutSplit(
      data, holdout: plan.holdout, trainExamples: plan.trainExamples, seed: plan.seed)
    dataDigest = data.digest
  }

  /// The same, prepared for bounds.
  var boundedNetwork: BoundedNetwork { bounded.renewed(network) }

  /// The network with the current parameters, or with their average once there is one.
  public var network: Network {
    average?.applied(to: template) ?? template.withParameters(parameters)
  }
  package var stepsPerEpoch: Int { plan.schedule.stepsPerEpoch(examples: split.training.count) }
  /// Epochs done.
  public var epoch: Int { step / stepsPerEpoch }
  public var isFinished: Bool { epoch >= plan.schedule.epochs }

  /// Does one step on the next batch.
  ///
  /// - Throws: ``TrainingError/diverged(epoch:step:)``, before the parameters are touched.
  package mutating func advance(_ order: EpochOrder) throws(TrainingError) -> StepReport {
    precondition(order.epoch == epoch && !isFinished, "the data order of another epoch")
    let point = plan.point(atStep: step, stepsPerEpoch: stepsPerEpoch)
    let positions = order.indices(ofStep: step % stepsPerEpoch)
    let result = gradients(on: positions, at: point)
    guard result.loss.isFinite else {
      throw .diverged(epoch: epoch + 1, step: step % stepsPerEpoch + 1)
    }
    optimizer.update(
      &parameters, gradients: result.gradients, learningRate: plan.learningRate(epoch: epoch))
    template = template.withRunningStatistics(result.statistics)
    sums.add(loss: result.loss, examples: positions.count, unverified: result.unverified)
    defer { step += 1 }
    return StepReport(step: step, stepsPerEpoch: stepsPerEpoch, point: point, sums: sums)
  }

  private struct StepResult {
    var loss: Float = 0
    var gradients: [Tensor] = []
    /// Examples that the bounds do not verify; nil where none were computed.
    var unverified: Int?
    var statistics: [RunningStatistics]

    /// Adds the share of a batch.
    mutating func add(_ batch: StepResult, share: Float) {
      loss += batch.loss * share
      let scaled = share == 1 ? batch.gradients : batch.gradients.map { $0 * share }
      gradients = gradients.isEmpty ? scaled : zip(gradients, scaled).map(+)
      unverified = batch.unverified.map { $0 + (unverified ?? 0) } ?? unverified
      statistics = batch.statistics
    }
  }

  /// The mean loss over the examples of a step, its gradients, and what else it shows.
  private func gradients(
    on positions: ArraySlice<Int>, at point: ObjectivePoint
  ) -> StepResult {
    var result = StepResult(statistics: template.runningStatistics)
    let size = plan.schedule.batchSize
    for (number, start) in stride(from: positions.startIndex, to: positions.endIndex, by: size)
      .enumerated()
    {
      let batch = positions[start..<min(start + size, positions.endIndex)]
      result.add(
        batchGradients(
          on: batch, at: point, after: result.statistics,
          number: step * plan.schedule.batchesPerStep + number),
        share: Float(batch.count) / Float(positions.count))
    }
    return result
  }

  private func batchGradients(
    on positions: ArraySlice<Int>, at point: ObjectivePoint,
    after statistics: [RunningStatistics], number: Int
  ) -> StepResult {
    let template = self.template.withRunningStatistics(statistics)
    let parts = BatchParts(
      positions, batchSize: plan.schedule.batchSize, cost: StepCost(template, plan.objective),
      network: template)
    let result = withGradients(at: parameters, parts: parts.count) { part, parameters in
      let batch = split.batch(parts[part], plan, epoch: epoch)
      let loss = plan.objective.loss(
        of: bounded.renewed(template.withParameters(parameters)), on: batch.images,
        labels: batch.labels,
        within: plan.perturbation, at: point,
        random: RandomSource(
          seed: plan.seed, purpose: "training attack", index: number * 4096 + part))
      let unverified = loss.margins.map { $0.minimumOfRows.count { !($0 > 0) } }
      return (loss.value * parts.weight(of: part), (unverified, loss.statistics))
    }
    let unverified = result.extras.compactMap(\.0)
    return StepResult(
      loss: result.value, gradients: result.gradients,
      unverified: unverified.isEmpty ? nil : unverified.reduce(0, +),
      statistics: result.extras[0].1)
  }

  /// Takes the weights at the end of an epoch, which has just been done, into their average, if it
  /// is time.
  mutating func averageWeights() {
    guard let first = plan.optimizer.averageFrom, epoch >= first else { return }
    let ended = epoch - 1
    if average == nil { average = WeightAverage(parameters) } else { average?.add(parameters) }
    let order = EpochOrder(
      epoch: ended, examples: split.training.count, batchSize: plan.schedule.batchSize,
      seed: plan.seed)
    let (split, plan) = (split, plan)
    // After 64 batches, as often as it takes, the share of what was before is 0.9⁶⁴, a thousandth.
    average?.renewStatistics(
      of: template,
      on: (0..<64).lazy.map {
        split.batch(order.indices(ofStep: $0 % order.stepCount), plan, epoch: ended).images
      })
  }

  /// The order of the data in the current epoch.
  package var order: EpochOrder {
    EpochOrder(
      epoch: epoch, examples: split.training.count, batchSize: plan.schedule.examplesPerStep,
      seed: plan.seed)
  }

  /// Starts the sums of the next epoch and returns those of the one that has ended.
  mutating func takeSums() -> EpochSums {
    defer { sums = EpochSums() }
    return sums
  }
}
