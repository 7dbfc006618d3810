extension AdamStep {
  /// Takes the step on a parameter in place, and brings both moments up to date.
  ///
  /// All four tensors have the same number of scalars, and none may be tracked. Moments start as
  /// zeros.
  ///
  /// - Parameters:
  ///   - first: The running mean of the gradient.
  ///   - second: The running mean of the gradient's square.
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
