import Bounds
import Datasets
import Networks
import Tensors

/// A training in progress, as a value: everything that decides how it goes on.
///
/// A run is made from a plan, a network and training data, and advances step by step, either by
/// ``train(budget:observe:)`` or by `advance(_:)`. A copy of it is an independent run from
/// the same state. Between any two steps it can be saved and restored.
///
/// A step takes its share of the epoch's `order`, computes the mean loss of these examples and
/// its gradients in batches and parts of batches, and has the optimiser update the
/// `parameters`. The loss is that of the plan's objective at the ε, κ and β of the step
/// (`TrainingPlan.point(atStep:stepsPerEpoch:)`).
///
/// The data order and all else that is random are functions of the seed, the epoch and the step. So
/// a run restored from a checkpoint gives the same bits as an uninterrupted one (with the same
/// number of threads).
public struct TrainingRun: Sendable {
  /// The settings, which do not change during the run.
  public let plan: TrainingPlan
  /// The data that the run trains on, and the part kept aside.
  package let split: HoldoutSplit
  /// The digest of all training data, held-out ones included (``LabeledImages/digest``), by which a
  /// checkpoint knows its data.
  package let dataDigest: String
  /// The network as it was built, with the running statistics so far; its parameters are the first
  /// ones, see ``parameters``.
  var template: Network
  /// The network as it was built, examined for its bounds. Networks with other parameters are made
  /// from it, so that no layer has to be examined again in a step.
  private let bounded: BoundedNetwork
  /// The current parameters, in the network's order.
  package internal(set) var parameters: [Tensor]
  /// The optimiser with its means.
  package internal(set) var optimizer: Optimizer
  /// The average of the weights; nil until it has begun.
  var average: WeightAverage?
  /// The number of steps done since the start, which is the number of the next one.
  package internal(set) var step = 0
  /// The sums over the current epoch so far.
  var sums = EpochSums()
  /// The kinds of warnings that an epoch has given already.
  var told: Set<TrainingWarning.Kind> = []
  /// The lowest selection error so far, and its epoch (from 1); nil until an epoch counts
  /// (``EpochReport/isBest``).
  package internal(set) var best: (error: Float, epoch: Int)?

  /// Starts a run at step 0, with the network's parameters.
  ///
  /// - Parameters:
  ///   - network: The network to train, whose last layer gives logits.
  ///   - data: All training data; a part of them is held out as the plan asks.
  /// - Throws: ``TrainingError/badPlan(_:)`` for settings that cannot work together or do not fit
  ///   network and data, and for a network with a softmax, and `BoundsError` for a layer
  ///   without bound rules, or one that random projections cannot estimate.
  public init(_ plan: TrainingPlan, network: Network, on data: LabeledImages) throws {
    try plan.validate(input: network.inputShape, classes: network.classes, on: data)
    if let node = network.nodes.first(where: { $0.layer is Softmax || $0.layer is LogSoftmax }) {
      throw TrainingError.badPlan(
        "layer \(node.path) is a softmax, which cannot be trained; the loss has one itself, so one "
          + "at the network's end can be left out")
    }
    bounded = try BoundedNetwork(network, arithmetic: .real)
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

  /// The current ``network``, prepared for bounds.
  var boundedNetwork: BoundedNetwork { bounded.renewed(network) }

  /// The network with the current parameters, or with their average once there is one.
  ///
  /// Its BatchNorm layers have the running statistics, so that it can be certified as it is.
  public var network: Network {
    average?.applied(to: template) ?? template.withParameters(parameters)
  }
  /// The number of steps in an epoch over the training examples.
  package var stepsPerEpoch: Int { plan.schedule.stepsPerEpoch(examples: split.training.count) }
  /// The number of epochs done, which is the number (from 0) of the current one.
  public var epoch: Int { step / stepsPerEpoch }
  /// Whether the plan's last epoch is done.
  public var isFinished: Bool { epoch >= plan.schedule.epochs }

  /// Does one step on the next batch: loss, gradients, one update.
  ///
  /// - Parameter order: The order of the current epoch (``order``), made once for all its steps.
  /// - Returns: What the step shows.
  /// - Throws: ``TrainingError/diverged(epoch:step:)`` for a loss or a gradient that is not finite,
  ///   before the parameters are touched.
  /// - Precondition: The run is not finished, and the order is that of the current epoch.
  package mutating func advance(_ order: EpochOrder) throws(TrainingError) -> StepReport {
    precondition(order.epoch == epoch && !isFinished, "the data order of another epoch")
    let point = plan.point(atStep: step, stepsPerEpoch: stepsPerEpoch)
    let positions = order.indices(ofStep: step % stepsPerEpoch)
    let result = gradients(on: positions, at: point)
    guard result.loss.isFinite, update(by: result.gradients) else {
      throw .diverged(epoch: epoch + 1, step: step % stepsPerEpoch + 1)
    }
    template = template.withRunningStatistics(result.statistics)
    sums.add(loss: result.loss, examples: positions.count, unverified: result.unverified)
    defer { step += 1 }
    return StepReport(step: step, stepsPerEpoch: stepsPerEpoch, point: point, sums: sums)
  }

  /// Has the optimizer update the parameters.
  ///
  /// A finite loss may have a gradient that is not, where a derivative overflows. The optimizer
  /// computes the gradient's norm in any case, so that this check costs nothing.
  ///
  /// - Returns: Whether the gradient is finite; else nothing was changed.
  private mutating func update(by gradients: [Tensor]) -> Bool {
    optimizer.update(
      &parameters, gradients: gradients, learningRate: plan.learningRate(epoch: epoch)
    ).isFinite
  }

  /// The loss of a step or of a batch, its gradients, and what the computation shows by the way.
  private struct StepResult {
    /// The mean loss over the examples.
    var loss: Float = 0
    /// The gradients of the mean loss, one for each parameter; empty before the first batch.
    var gradients: [Tensor] = []
    /// The number of examples that the bounds do not certify; nil where none were computed.
    var unverified: Int?
    /// The running statistics of BatchNorm layers after the examples.
    var statistics: [RunningStatistics]

    /// Takes in a batch, which is a share of the step's examples.
    mutating func add(_ batch: StepResult, share: Float) {
      loss += batch.loss * share
      // With one batch in a step nothing is multiplied, so that its bits are those of the batch.
      let scaled = share == 1 ? batch.gradients : batch.gradients.map { $0 * share }
      gradients = gradients.isEmpty ? scaled : zip(gradients, scaled).map(+)
      unverified = batch.unverified.map { $0 + (unverified ?? 0) } ?? unverified
      statistics = batch.statistics
    }
  }

  /// The mean loss over the examples of a step, its gradients, and what else it shows.
  ///
  /// Batches follow each other; each has the running statistics that the one before has left.
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

  /// The mean loss over the examples of a batch and its gradients, computed in parts side by side.
  ///
  /// - Parameters:
  ///   - statistics: The running statistics before the batch.
  ///   - number: The batch's number since the start of training; with the part it decides what the
  ///     attacks of the objective draw.
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
      // A margin that is not above 0 certifies nothing; this also counts NaN, which > is false for.
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
  /// is time, and renews the statistics of its BatchNorm layers.
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

  /// The order of the data in the current epoch, which ``advance(_:)`` takes.
  ///
  /// - Complexity: A permutation of all training examples; make it once for an epoch.
  package var order: EpochOrder {
    EpochOrder(
      epoch: epoch, examples: split.training.count, batchSize: plan.schedule.examplesPerStep,
      seed: plan.seed)
  }

  /// Starts the sums of the next epoch, and returns those of the one that has ended.
  mutating func takeSums() -> EpochSums {
    defer { sums = EpochSums() }
    return sums
  }
}
