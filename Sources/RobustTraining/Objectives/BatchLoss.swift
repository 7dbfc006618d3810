import Bounds
import Networks
import Tensors

/// The loss of a batch and what the computation shows by the way.
///
/// An ``Objective`` makes one for each batch or part of a batch; a ``TrainingRun`` differentiates
/// its ``value`` and counts by its ``margins``.
package struct BatchLoss: Sendable {
  /// The mean loss over the examples, a scalar that gradients flow through.
  package var value: Tensor
  /// Lower bounds of the margins, [batch, classes − 1], detached; nil where none were computed. An
  /// example is certified by them where all are above 0.
  ///
  /// For CROWN-IBP with fused margins they are those of intervals, for SABR those of the small box.
  package var margins: Tensor?
  /// The running statistics of the BatchNorm layers after this batch, in their order; empty where
  /// there are no such layers.
  package var statistics: [RunningStatistics] = []
}

extension Objective {
  /// The least β for which a backward pass is done; below it, CROWN-IBP costs what intervals do.
  static let leastBeta: Float = 1e-5
  /// The rows of a backward pass for pre-activation bounds that are carried at once.
  private static let rowLimit = 256

  /// Returns the loss of a network on a batch; at ε = 0 the clean cross-entropy, which bounds equal
  /// there.
  ///
  /// BatchNorm layers take their statistics from the clean pass, for bounds and attacks too: the
  /// same affine map then stands in all of them.
  ///
  /// - Parameters:
  ///   - images: The clean inputs, [batch, …input shape].
  ///   - labels: The classes of the examples.
  ///   - set: The perturbation set, whose norm and domain count; ε is that of the point.
  ///   - point: ε, κ and β of the step.
  ///   - random: Where attacks and projections draw from; the same source gives the same points.
  package func loss(
    of network: BoundedNetwork, on images: Tensor, labels: [Int], within set: Perturbation,
    at point: ObjectivePoint, random: RandomSource = RandomSource(seed: 0)
  ) -> BatchLoss {
    guard network.network.usesBatchStatistics else {
      return loss(of: network, on: images, labels, set, point, random) { network.network(images) }
    }
    let observed = network.network.withStatistics(of: images)
    var loss = loss(
      of: network.renewed(observed.network), on: images, labels, set, point, random
    ) { observed.outputs }
    loss.statistics = observed.running
    return loss
  }

  /// The loss of a network whose BatchNorm layers have their statistics already.
  ///
  /// - Parameter outputs: The clean outputs, computed where they are needed: κ = 0 costs no natural
  ///   pass.
  private func loss(
    of network: BoundedNetwork, on images: Tensor, _ labels: [Int], _ set: Perturbation,
    _ point: ObjectivePoint, _ random: RandomSource, outputs: () -> Tensor
  ) -> BatchLoss {
    guard isRobust, point.epsilon > 0, point.kappa < 1 else {
      return BatchLoss(value: crossEntropy(outputs(), labels: labels))
    }
    // Attacks and bounds are cheaper without the maps that statistics are by now.
    let network =
      network.network.usesBatchStatistics ? network.renewed(network.network.folded) : network
    if case .attacked(let objective) = self {
      var random = random
      return objective.loss(
        of: network, on: images, labels, within: set.withEpsilon(point.epsilon), using: &random,
        outputs: outputs)
    }
    var robust = robustLoss(
      of: network, on: images, labels, within: set, at: point, random)
    if point.kappa > 0 {
      let natural = crossEntropy(outputs(), labels: labels)
      robust.value = natural * point.kappa + robust.value * (1 - point.kappa)
    }
    return robust
  }

  /// The robust term alone, without κ: the loss of the bounds that the objective trains with.
  private func robustLoss(
    of network: BoundedNetwork, on images: Tensor, _ labels: [Int], within set: Perturbation,
    at point: ObjectivePoint, _ random: RandomSource
  ) -> BatchLoss {
    let region = set.withEpsilon(point.epsilon).region(around: images, in: .real)
    var bounds = network.bounding(over: region)
    let specification = Specification.margins(of: labels, classes: network.network.classes)
    switch self {
    case .crown(_, let slope, let projections?):
      var random = random
      bounds.estimatePreactivations(projections: projections, using: &random)
      return BatchLoss(margins: bounds.linearBounds(of: specification, slope: slope))
    case .crown(_, let slope, nil):
      // Certification by CROWN chooses the same neurons, so training sees its margins.
      bounds.tightenDifferentiably(slope: slope, rowLimit: Self.rowLimit)
      return BatchLoss(margins: bounds.linearBounds(of: specification, slope: slope))
    case .shortWarmup(_, let weight, let tolerance):
      var loss = BatchLoss(margins: bounds.intervalBounds(of: specification))
      let health = bounds.preactivationHealth(tolerance: tolerance)
      loss.value = loss.value + health * (weight * (1 - point.fraction))
      return loss
    case .crownIBP(_, _, .all, let slope) where point.beta >= Self.leastBeta:
      return BatchLoss(
        margins: bounds.mixedBounds(of: specification, slope: slope, beta: point.beta))
    case .crownIBP(_, _, .fused, let slope) where point.beta >= Self.leastBeta:
      let fused = bounds.fusedLoss(of: specification, slope: slope, beta: point.beta)
      return BatchLoss(value: fused.loss, margins: fused.intervalMargins.detached)
    case .crownIBP, .interval, .natural, .attacked:
      return BatchLoss(margins: bounds.intervalBounds(of: specification))
    }
  }
}

extension BatchLoss {
  /// The cross-entropy `log(1 + Σ exp(−m̲))` that lower bounds of the margins allow.
  fileprivate init(margins: Tensor) {
    self.init(value: marginCrossEntropy(margins), margins: margins.detached)
  }
}
