import Tensors

/// Boxes in centre and radius form, both [batch, …shape].
public struct Interval: Sendable {
  public var center: Tensor
  public var radius: Tensor

  public init(center: Tensor, radius: Tensor) {
    precondition(center.shape == radius.shape, "centre and radius of different shapes")
    self.center = center
    self.radius = radius
  }

  /// The ends as centre ∓ radius.
  public init(lower: Tensor, upper: Tensor) {
    self.init(center: (lower + upper) * 0.5, radius: (upper - lower) * 0.5)
  }

  public var lower: Tensor { center - radius }
  public var upper: Tensor { center + radius }
}
