import Networks

/// What a training step takes for one example, by counting and not by measuring.
///
/// It decides into how many parts a training run splits a batch, and benchmarks set the time of a
/// step in relation to it.
package struct StepCost: Sendable, Equatable {
  /// Floating-point operations with weights, a multiply-add as two.
  ///
  /// A step does a forward pass, and twice as many operations for its gradients, of every quantity
  /// that it carries through the network: the clean values; centre and radius of the intervals;
  /// each row of a backward pass. A step of an attack takes two passes, since it needs no gradients
  /// of weights.
  package let flops: Double
  /// Bytes kept from the forward pass for the gradients: a Float for each scalar of each layer's
  /// output, for every quantity that is carried.
  package let bytes: Double

  /// Counts the cost of an objective where all of its terms take part: κ between 0 and 1, β above
  /// 0.
  ///
  /// Steps at other points of the schedule cost less, those before the ramp as much as natural
  /// training.
  package init(_ network: Network, _ objective: Objective) {
    // κ of the natural loss is 1; statistics are those of the clean values.
    var carried = objective.kappa.isUsed || network.usesBatchStatistics ? 1 : 0
    var attackPasses = 0
    if case .attacked(let attacked) = objective {
      carried += attacked.carried
      attackPasses = attacked.attackPasses
    } else if case .crown(_, _, let projections) = objective {
      // Two rows for each neuron; the later half of them pass the network, the others a part of it.
      carried += network.classes + 1 + (projections ?? network.reluCount)
    } else if objective.isRobust {
      carried += 2
    }
    if objective.beta.isUsed, case .crownIBP(_, _, let margins, _) = objective {
      carried += margins == .fused ? 1 : network.classes - 1
    }
    let scalars = network.nodes.reduce(0) { $0 + $1.outputShape.reduce(1, *) }
    flops = Double(3 * carried + attackPasses) * 2 * Double(network.multiplyAdds)
    bytes = Double(carried * scalars * MemoryLayout<Float>.stride)
  }
}

extension Objective.Mix {
  /// Whether the factor is above 0 at some ε, so that its term is computed there.
  fileprivate var isUsed: Bool { start > 0 || end > 0 }
}
