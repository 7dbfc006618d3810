extension AdamStep {
  /// Updates the parameter and both moments, all of the gradient's shape, in place.
  package func apply(
    to parameter: inout Tensor, first: inout Tensor, second: inout Tensor, gradient: Tensor
  ) {
    precondition(
      parameter.count == gradient.count && first.count == gradient.count
        && second.count == gradient.count, "Adam on tensors of different sizes")
    for tensor in [parameter, first, second] { tensor.requireConstant(in: "AdamStep.apply") }
    gradient.device.elementwise.adam(
      self, &parameter.array, first: &first.array, second: &second.array,
      gradient: gradient.constant(in: "AdamStep.apply"))
  }
}
