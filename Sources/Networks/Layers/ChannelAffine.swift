import Tensors

/// x · scale + shift for each channel (the last axis), with constants: what BatchNorm is after
/// training, and what adding or multiplying by constants comes to.
public struct ChannelAffine: Layer {
  public static let kind = "ChannelAffine"

  /// [channels].
  public let scale: Tensor
  /// [channels].
  public let shift: Tensor

  public init(scale: Tensor, shift: Tensor) {
    precondition(scale.shape == shift.shape && scale.shape.count == 1)
    self.scale = scale
    self.shift = shift
  }

  public var keepsOrder: Bool { true }

  public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    guard input.last == scale.count else {
      throw ShapeMismatch(expected: "\(scale.count) channels", found: input)
    }
    return input
  }

  public func forward(_ input: Tensor) -> Tensor {
    channelAffine(input, scale: scale, shift: shift)
  }

  public var constants: [(name: String, value: Tensor)] { [("scale", scale), ("shift", shift)] }

  public func replacingTensors(
    _ transform: (String, Tensor) throws -> Tensor
  ) rethrows -> ChannelAffine {
    ChannelAffine(
      scale: try transform("scale", scale).detached, shift: try transform("shift", shift).detached)
  }
}
