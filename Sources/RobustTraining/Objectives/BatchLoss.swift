import Bounds
import Networks
import Tensors

/// The loss of a batch and what the computation shows by the way.
package struct BatchLoss: Sendable {
  /// A scalar.
  package var value: Tensor
  /// Margin lower bounds [batch, classes − 1], detached; nil for the natural loss.
  package var margins: Tensor?
  /// Of the BatchNorm layers after this batch, in order.
  package var statistics: [RunningStatistics] = []
}

extension Objective {
  /// β below this costs no backward pass.
  static let leastBeta: Float = 1e-5
  /// Rows of a backward pass for pre-activation bounds that are carried at once.
  private static let rowLimit = 256

  /// The loss of a network on a batch; at ε = 0 the clean cross-entropy, which bounds equal there.
  ///
  /// BatchNorm layers take their statistics from the clean pass, for bounds and attacks too.
  /// - Parameter random: Of the attacks; the same gives the same points.
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

  /// - Parameter outputs: The clean outputs, computed where they are needed.
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

  private func robustLoss(
    of network: BoundedNetwork, on images: Tensor, _ labels: [Int], within set: Perturbation,
    at point: ObjectivePoint, _ random: RandomSource
  ) -> BatchLoss {
    let region = set.withEpsilon(point.epsilon).region(around: images)
    var bounds = network.bounding(over: region)
    let specification = Specification.margins(of: labels, classes: network.network.classes)
    switch self {
    case .crown(_, let slope, let projections?):
      var random = random
      bounds.estimatePreactivations(projections: projections, using: &random)
      return BatchLoss(margins: bounds.linearBounds(of: specification, slope: slope))
    case .crown(_, let slope, nil):
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
  /// The cross-entropy that lower bounds of the margins allow.
  fileprivate init(margins: Tensor) {
    self.init(value: marginCrossEntropy(margins), margins: margins.detached)
  }
}
