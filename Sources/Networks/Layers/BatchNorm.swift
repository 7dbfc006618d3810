import Tensors

/// (x − mean)/√(variance + ε) · weight + bias for each channel, the last axis (Ioffe and Szegedy
/// 2015): BatchNorm2d of images, BatchNorm1d of vectors.
///
/// Mean and variance are the running ones, constants, so that the layer is an affine map that can
/// be certified. In training they are those of a batch (``Network/withStatistics(of:)``), and
/// gradients flow through them.
public struct BatchNorm: Layer {
  public static let kind = "BatchNorm"

  /// [channels].
  public var weight: Tensor
  /// [channels].
  public var bias: Tensor
  /// [channels].
  public var runningMean: Tensor
  /// [channels].
  public var runningVariance: Tensor
  /// Added to the variance.
  public let epsilon: Float
  /// The share of a batch in the running statistics that follow it.
  public let momentum: Float
  private var batch: Affine?

  /// x · scale + shift.
  private struct Affine {
    let scale, shift: Tensor
  }

  public init(
    weight: Tensor, bias: Tensor, runningMean: Tensor, runningVariance: Tensor,
    epsilon: Float = 1e-5, momentum: Float = 0.1
  ) {
    let tensors = [weight, bias, runningMean, runningVariance]
    precondition(
      tensors.allSatisfy { $0.shape == weight.shape } && weight.shape.count == 1,
      "tensors \(tensors.map(\.shape)) of a BatchNorm")
    self.weight = weight
    self.bias = bias
    self.runningMean = runningMean
    self.runningVariance = runningVariance
    self.epsilon = epsilon
    self.momentum = momentum
  }

  /// A layer as it is before training: the identity, but for ε.
  public init(channels: Int) {
    let (ones, zeros) = (Tensor(shape: [channels], repeating: 1), Tensor.zeros([channels]))
    self.init(weight: ones, bias: zeros, runningMean: zeros, runningVariance: ones)
  }

  /// What the layer multiplies by, [channels].
  public var scale: Tensor { affine.scale }
  /// What it then adds, [channels].
  public var shift: Tensor { affine.shift }

  private var affine: Affine { batch ?? affine(runningMean, runningVariance) }

  private func affine(_ mean: Tensor, _ variance: Tensor) -> Affine {
    let scale = weight * inverseSquareRoot(variance, plus: epsilon)
    return Affine(scale: scale, shift: bias - mean * scale)
  }

  public var keepsOrder: Bool { true }

  public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    guard input.last == weight.count else {
      throw ShapeMismatch(expected: "\(weight.count) channels", found: input)
    }
    return input
  }

  public func forward(_ input: Tensor) -> Tensor {
    let affine = affine
    return channelAffine(input, scale: affine.scale, shift: affine.shift)
  }

  public var parameters: [(name: String, value: Tensor)] {
    [("weight", weight), ("bias", bias)]
  }

  public var constants: [(name: String, value: Tensor)] {
    [("running_mean", runningMean), ("running_var", runningVariance)]
  }

  public func replacingTensors(
    _ transform: (String, Tensor) throws -> Tensor
  ) rethrows -> BatchNorm {
    BatchNorm(
      weight: try transform("weight", weight), bias: try transform("bias", bias),
      runningMean: try transform("running_mean", runningMean).detached,
      runningVariance: try transform("running_var", runningVariance).detached,
      epsilon: epsilon, momentum: momentum)
  }
}

extension BatchNorm {
  /// The layer with the statistics of its input in a batch, and what the running ones become: the
  /// variance there is that of the population, as PyTorch has it. One value for each channel has no
  /// variance: the running statistics stay, and serve.
  func withStatistics(of input: Tensor) -> (layer: BatchNorm, running: RunningStatistics) {
    let count = input.count / max(weight.count, 1)
    guard count > 1 else {
      return (self, RunningStatistics(mean: runningMean, variance: runningVariance))
    }
    let (mean, variance) = channelMoments(input)
    var layer = self
    layer.batch = affine(mean, variance)
    let population = variance.detached * (Float(count) / Float(count - 1))
    return (
      layer,
      RunningStatistics(
        mean: runningMean * (1 - momentum) + mean.detached * momentum,
        variance: runningVariance * (1 - momentum) + population * momentum)
    )
  }
}

/// Running mean and variance of a ``BatchNorm``, both [channels].
public struct RunningStatistics: Sendable, Equatable {
  public let mean: Tensor
  public let variance: Tensor

  public init(mean: Tensor, variance: Tensor) {
    (self.mean, self.variance) = (mean, variance)
  }
}

extension BatchNorm {
  fileprivate var detached: BatchNorm {
    var copy = replacingTensors { $1.detached }
    copy.batch = batch.map { Affine(scale: $0.scale.detached, shift: $0.shift.detached) }
    return copy
  }
}

extension Network {
  /// The same network unknown to any tape: a constant, statistics of a batch included.
  public var detached: Network {
    var copy = self
    for (index, node) in nodes.enumerated() {
      copy.nodes[index].layer =
        (node.layer as? BatchNorm).map(\.detached) ?? node.layer.replacingTensors { $1.detached }
    }
    return copy
  }

  /// Whether some layer takes its statistics from the batch in training.
  public var usesBatchStatistics: Bool { nodes.contains { $0.layer is BatchNorm } }

  /// The network whose BatchNorm layers have the statistics of a clean batch, its outputs for that
  /// batch, and the running statistics after it, one for each of these layers.
  ///
  /// Gradients flow through the statistics (Shi et al. 2021, section 4: bounds and clean values are
  /// normalised alike).
  public func withStatistics(
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
  public var runningStatistics: [RunningStatistics] {
    nodes.compactMap { node in
      (node.layer as? BatchNorm).map {
        RunningStatistics(mean: $0.runningMean, variance: $0.runningVariance)
      }
    }
  }

  /// The same network with other running statistics, in the order of ``runningStatistics``.
  public func withRunningStatistics(_ statistics: [RunningStatistics]) -> Network {
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
