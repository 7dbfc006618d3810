extension Tensor {
  /// The sum of all elements, as a scalar.
  public func sum() -> Tensor {
    let (device, shape) = (device, shape)
    let total = device.scalar(Float(device.elementwise.sum(array)))
    return recorded(total, from: [self]) { [device.filled(shape, with: $0.scalar)] }
  }

  /// Σ x², summed in Float over runs of 4096 and in Double over the runs. Not differentiable.
  package var sumOfSquares: Double {
    device.elementwise.sumOfSquares(constant(in: "sumOfSquares"))
  }
}
