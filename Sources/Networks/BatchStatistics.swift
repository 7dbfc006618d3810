import Tensors

/// What BatchNorm layers take from a batch in training, and what they keep for later.
///
/// In training a network has the statistics of the clean batch (``withStatistics(of:)``), for clean
/// outputs, attacks and bounds alike. The running statistics, which move towards those of each
/// batch, are constants; a certificate speaks of the network with them.
extension Network {
  /// The same network unknown to any tape: all tensors are constants, statistics of a batch
  /// included. Attacks in training run on it, since their gradients are of the inputs alone.
  package var detached: Network {
    var copy = self
    for (index, node) in nodes.enumerated() {
      copy.nodes[index].layer =
        (node.layer as? BatchNorm).map(\.detached) ?? node.layer.replacingTensors { $1.detached }
    }
    return copy
  }

  /// Whether some layer takes its statistics from the batch in training. Such a network's batches
  /// are not computed in parts, since statistics of parts would make the loss depend on their
  /// number.
  package var usesBatchStatistics: Bool { nodes.contains { $0.layer is BatchNorm } }

  /// Evaluates a clean batch, and puts its statistics into the BatchNorm layers.
  ///
  /// Gradients flow through the statistics (Shi et al. 2021, section 4: bounds and clean values are
  /// normalised alike).
  ///
  /// - Parameter images: [N, …inputShape].
  /// - Returns: The network whose BatchNorm layers have the statistics of the batch, its outputs
  ///   for the batch, and the running statistics after it, one for each of these layers. Those are
  ///   constants, which the caller keeps (``withRunningStatistics(_:)``).
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

  /// Running statistics of the BatchNorm layers, in the order of the nodes.
  package var runningStatistics: [RunningStatistics] {
    nodes.compactMap { node in
      (node.layer as? BatchNorm).map {
        RunningStatistics(mean: $0.runningMean, variance: $0.runningVariance)
      }
    }
  }

  /// Returns the same network with other running statistics.
  ///
  /// - Parameter statistics: In the order of ``runningStatistics``; layers beyond the last of them
  ///   keep theirs.
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
