import Tensors

/// Batch normalisation: (x − mean)/√(variance + ε) · weight + bias for each channel, the last axis
/// (Ioffe and Szegedy 2015). It is PyTorch's BatchNorm2d on images and BatchNorm1d on vectors.
///
/// Mean and variance are the running ones, constants, so that the layer is an affine map that can
/// be certified. In training they are those of a batch (``Network/withStatistics(of:)``), and
/// gradients flow through them; bounds then speak of the network with the batch's statistics.
package struct BatchNorm: Layer {
  package static let kind = "BatchNorm"

  /// The trained factor of each channel, [channels].
  package var weight: Tensor
  /// The trained number added to each channel, [channels].
  package var bias: Tensor
  /// The mean of each channel, averaged over the batches of training, [channels]; a constant.
  package var runningMean: Tensor
  /// The variance of each channel, averaged over the batches of training, [channels]; a constant
  /// that is not negative.
  package var runningVariance: Tensor
  /// What is added to the variance, so that its root is not 0; 1e-5 in PyTorch.
  package let epsilon: Float
  /// The share of a batch in the running statistics that follow it.
  package let momentum: Float
  /// The affine map by a batch's statistics, tracked in training; nil for that of the running ones.
  private var batch: Affine?

  /// The affine map x · scale + shift, both [channels].
  private struct Affine {
    let scale, shift: Tensor
  }

  /// Makes a layer of its tensors.
  ///
  /// - Parameters:
  ///   - weight, bias, runningMean, runningVariance: All [channels].
  ///   - epsilon: What is added to the variance.
  ///   - momentum: The share of a batch in the running statistics that follow it.
  /// - Precondition: The tensors have one shape with a single axis.
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

  /// Makes a layer as it is before training, with mean 0 and variance 1: the identity, but for ε.
  package init(channels: Int) {
    let (ones, zeros) = (Tensor(shape: [channels], repeating: 1), Tensor.zeros([channels]))
    self.init(weight: ones, bias: zeros, runningMean: zeros, runningVariance: ones)
  }

  /// What the layer multiplies by, weight/√(variance + ε), [channels].
  package var scale: Tensor { affine.scale }
  /// What it then adds, bias − mean · scale, [channels].
  package var shift: Tensor { affine.shift }

  /// The map that the layer applies: that of a batch's statistics, if it has them, else that of the
  /// running ones.
  private var affine: Affine { batch ?? affine(runningMean, runningVariance) }

  /// Returns the affine map by a mean and a variance; differentiable in both.
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
  /// Returns the layer with the statistics of its input in a batch, and what the running ones
  /// become.
  ///
  /// The layer divides by the biased variance, Σ(x − mean)²/n; the running variance takes the
  /// unbiased one, with n − 1, as PyTorch does. A single value for each channel has no variance:
  /// then the running statistics stay as they are, and the layer uses them.
  ///
  /// - Parameter input: [N, …, channels].
  /// - Returns: The layer, whose map is tracked where the input is, and running statistics that are
  ///   constants.
  func withStatistics(of input: Tensor) -> (layer: BatchNorm, running: RunningStatistics) {
    let count = input.count / max(weight.count, 1)
    guard count > 1 else {
      return (self, RunningStatistics(mean: runningMean, variance: runningVariance))
    }
    let (mean, variance) = channelMoments(input)
    var layer = self
    layer.batch = affine(mean, variance)
    // The running statistics outlive the tape of this step, so they are made of detached tensors.
    let population = variance.detached * (Float(count) / Float(count - 1))
    return (
      layer,
      RunningStatistics(
        mean: runningMean * (1 - momentum) + mean.detached * momentum,
        variance: runningVariance * (1 - momentum) + population * momentum)
    )
  }
}

/// Running mean and variance of a ``BatchNorm``, both [channels]; constants. Training keeps them
/// apart from the parameters, since no gradient moves them.
package struct RunningStatistics: Sendable, Equatable {
  /// The mean of each channel, [channels].
  package let mean: Tensor
  /// The variance of each channel, [channels].
  package let variance: Tensor

  /// Makes statistics of two tensors of the same shape.
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
