import Tensors

/// (x − mean)/std for each channel (the last axis), with constants that belong to the model, so
/// that ε is always in raw input units.
///
/// It stands first in a network whose images are normalised. Data are never normalised themselves:
/// a certificate then speaks of pixels, and ε means the same in every network.
package struct Normalization: Layer {
  package static let kind = "Normalization"

  /// What is subtracted from each channel, [channels], in raw input units.
  package let mean: Tensor
  /// What each channel is divided by, [channels], positive.
  package let standardDeviation: Tensor

  /// Makes a layer of constants.
  ///
  /// - Precondition: Both tensors are [channels]. That deviations are positive is not checked.
  package init(mean: Tensor, standardDeviation: Tensor) {
    precondition(mean.shape == standardDeviation.shape && mean.shape.count == 1)
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// The factor of each channel, 1/std, [channels].
  package var scale: Tensor {
    Tensor(shape: mean.shape, standardDeviation.scalars.map { 1 / $0 })
  }

  /// What is added to each channel, −mean/std, [channels].
  package var shift: Tensor {
    Tensor(shape: mean.shape, zip(mean.scalars, standardDeviation.scalars).map { -$0 / $1 })
  }

  package var keepsOrder: Bool { true }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    guard input.last == mean.count else {
      throw ShapeMismatch(expected: "\(mean.count) channels", found: input)
    }
    return input
  }

  package func forward(_ input: Tensor) -> Tensor {
    channelAffine(input, scale: scale, shift: shift)
  }

  package var constants: [(name: String, value: Tensor)] {
    [("mean", mean), ("std", standardDeviation)]
  }

  package func replacingTensors(
    _ transform: (String, Tensor) throws -> Tensor
  ) rethrows -> Normalization {
    Normalization(
      mean: try transform("mean", mean).detached,
      standardDeviation: try transform("std", standardDeviation).detached)
  }
}
