extension Tensor {
  /// Returns the sum of all elements as a scalar, a tensor of shape `[]`. It is summed in Double.
  public func sum() -> Tensor {
    let (device, shape) = (device, shape)
    let total = device.scalar(Float(device.elementwise.sum(array)))
    return recorded(total, from: [self]) { [device.filled(shape, with: $0.scalar)] }
  }

  /// The sum of squares Σ x², summed in Float over runs of 4096 scalars and in Double over the
  /// runs. Clipping takes the norm of all gradients from it. It is not differentiable, and a
  /// tracked tensor is refused.
  package var sumOfSquares: Double {
    device.elementwise.sumOfSquares(constant(in: "sumOfSquares"))
  }
}
