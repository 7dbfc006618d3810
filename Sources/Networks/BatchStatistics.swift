import Tensors

/// The statistics that BatchNorm layers take from a batch in training.
extension Network {
  /// The same network unknown to any tape: a constant, statistics of a batch included.
  package var detached: Network {
    var copy = self
    for (index, node) in nodes.enumerated() {
      copy.nodes[index].layer =
        (node.layer as? BatchNorm).map(\.detached) ?? node.layer.replacingTensors { $1.detached }
    }
    return copy
  }

  /// Whether some layer takes its statistics from the batch in training.
  package var usesBatchStatistics: Bool { nodes.contains { $0.layer is BatchNorm } }

  /// The network whose BatchNorm layers have the statistics of a clean batch, its outputs for that
  /// batch, and the running statistics after it, one for each of these layers.
  ///
  /// Gradients flow through the statistics (Shi et al. 2021, section 4: bounds and clean values are
  /// normalised alike).
  package func withStatistics(
    of images: Tensor
  ) -> (network: Network, outputs: Tensor, running: [RunningStatistics]) {
    var copy = self
    var running: [RunningStatistics] = []
    var values = [images]
    for (index, node) in nodes.enumerated() {
      let inputs = node.inputs.map { values[$0] }
      if let layer = node.layer as? BatchNorm {
        let observed = layer.withStatistics(of: inputs[0])
        copy.nodes[index].layer = observed.layer
        running.append(observed.running)
      }
      values.append(copy.nodes[index].layer.forward(all: inputs))
    }
    return (copy, values.last!, running)
  }

  /// Running statistics of the BatchNorm layers, in order.
  package var runningStatistics: [RunningStatistics] {
    nodes.compactMap { node in
      (node.layer as? BatchNorm).map {
        RunningStatistics(mean: $0.runningMean, variance: $0.runningVariance)
      }
    }
  }

  /// The same network with other running statistics, in the order of ``runningStatistics``.
  package func withRunningStatistics(_ statistics: [RunningStatistics]) -> Network {
    var copy = self
    var remaining = statistics[...]
    for (index, node) in nodes.enumerated() {
      guard var layer = node.layer as? BatchNorm, let next = remaining.popFirst() else { continue }
      layer.runningMean = next.mean
      layer.runningVariance = next.variance
      copy.nodes[index].layer = layer
    }
    return copy
  }
}
