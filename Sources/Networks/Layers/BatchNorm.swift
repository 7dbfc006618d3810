import Tensors

/// (x − mean)/√(variance + ε) · weight + bias for each channel, the last axis (Ioffe and Szegedy
/// 2015): BatchNorm2d of images, BatchNorm1d of vectors.
///
/// Mean and variance are the running ones, constants, so that the layer is an affine map that can
/// be certified. In training they are those of a batch (``Network/withStatistics(of:)``), and
/// gradients flow through them.
package struct BatchNorm: Layer {
  package static let kind = "BatchNorm"

  /// [channels].
  package var weight: Tensor
  /// [channels].
  package var bias: Tensor
  /// [channels].
  package var runningMean: Tensor
  /// [channels].
  package var runningVariance: Tensor
  /// Added to the variance.
  package let epsilon: Float
  /// The share of a batch in the running statistics that follow it.
  package let momentum: Float
  private var batch: Affine?

  /// x · scale + shift.
  private struct Affine {
    let scale, shift: Tensor
  }

  package init(
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
  package init(channels: Int) {
    let (ones, zeros) = (Tensor(shape: [channels], repeating: 1), Tensor.zeros([channels]))
    self.init(weight: ones, bias: zeros, runningMean: zeros, runningVariance: ones)
  }

  /// What the layer multiplies by, [channels].
  package var scale: Tensor { affine.scale }
  /// What it then adds, [channels].
  package var shift: Tensor { affine.shift }

  private var affine: Affine { batch ?? affine(runningMean, runningVariance) }

  private func affine(_ mean: Tensor, _ variance: Tensor) -> Affine {
    let scale = weight * inverseSquareRoot(variance, plus: epsilon)
    return Affine(scale: scale, shift: bias - mean * scale)
  }

  package var keepsOrder: Bool { true }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    guard input.last == weight.count else {
      throw ShapeMismatch(expected: "\(weight.count) channels", found: input)
    }
    return input
  }

  package func forward(_ input: Tensor) -> Tensor {
    let affine = affine
    return channelAffine(input, scale: affine.scale, shift: affine.shift)
  }

  package var parameters: [(name: String, value: Tensor)] {
    [("weight", weight), ("bias", bias)]
  }

  package var constants: [(name: String, value: Tensor)] {
    [("running_mean", runningMean), ("running_var", runningVariance)]
  }

  package func replacingTensors(
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
package struct RunningStatistics: Sendable, Equatable {
  package let mean: Tensor
  package let variance: Tensor

  package init(mean: Tensor, variance: Tensor) {
    (self.mean, self.variance) = (mean, variance)
  }
}

extension BatchNorm {
  /// The same layer unknown to any tape, statistics of a batch included.
  var detached: BatchNorm {
    var copy = replacingTensors { $1.detached }
    copy.batch = batch.map { Affine(scale: $0.scale.detached, shift: $0.shift.detached) }
    return copy
  }
}
