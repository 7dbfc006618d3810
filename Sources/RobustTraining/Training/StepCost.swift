import Networks

/// What a training step takes for one example, by counting.
package struct StepCost: Sendable, Equatable {
  /// Floating-point operations with weights, a multiply-add as two: a forward pass, and twice as
  /// many for its gradients, of every quantity carried through the network (the clean values;
  /// centre and radius of the intervals; each row of the backward pass); two passes for a step of
  /// an attack, which needs no gradients of weights.
  package let flops: Double
  /// Bytes kept from the forward pass for the gradients.
  package let bytes: Double

  /// The cost of an objective where all of its terms count: κ between 0 and 1, β above 0.
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
  fileprivate var isUsed: Bool { start > 0 || end > 0 }
}
