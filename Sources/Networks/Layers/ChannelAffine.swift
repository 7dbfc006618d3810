import Tensors

/// x · scale + shift for each channel (the last axis), with constants: what BatchNorm is after
/// training, and what adding or multiplying by constants comes to in files that are read.
package struct ChannelAffine: Layer {
  package static let kind = "ChannelAffine"

  /// The factor of each channel, [channels].
  package let scale: Tensor
  /// The layer adds this to each channel, [channels].
  package let shift: Tensor

  /// Makes a layer of factors and numbers to add.
  ///
  /// - Precondition: Both are [channels].
  package init(scale: Tensor, shift: Tensor) {
    precondition(scale.shape == shift.shape && scale.shape.count == 1)
    self.scale = scale
    self.shift = shift
  }

  package var keepsOrder: Bool { true }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    guard input.last == scale.count else {
      throw ShapeMismatch(expected: "\(scale.count) channels", found: input)
    }
    return input
  }

  package func forward(_ input: Tensor) -> Tensor {
    channelAffine(input, scale: scale, shift: shift)
  }

  package var constants: [(name: String, value: Tensor)] { [("scale", scale), ("shift", shift)] }

  package func replacingTensors(
    _ transform: (String, Tensor) throws -> Tensor
  ) rethrows -> ChannelAffine {
    ChannelAffine(
      scale: try transform("scale", scale).detached, shift: try transform("shift", shift).detached)
  }
}
