/// The ends of the box ‖δ‖_∞ ≤ ε around inputs, within a domain; constants, not differentiable.
///
/// - Postcondition: lower ≤ upper; NaN where an input lies outside the domain by more than ε.
package func boxBounds(
  _ inputs: Tensor, epsilon: Float, domain: ClosedRange<Float>
) -> (lower: Tensor, upper: Tensor) {
  let (kernels, x) = (inputs.device.elementwise, inputs.constant(in: "boxBounds"))
  return (
    Tensor(kernels.map(.lowerEnd(epsilon: epsilon, domain: domain), x)),
    Tensor(kernels.map(.upperEnd(epsilon: epsilon, domain: domain), x))
  )
}

/// The same box in centre and radius form; not differentiable.
package func boxAround(
  _ inputs: Tensor, epsilon: Float, domain: ClosedRange<Float>
) -> (center: Tensor, radius: Tensor) {
  let box = inputs.device.elementwise.boxAround(
    inputs.constant(in: "boxAround"), epsilon: epsilon, domain: domain)
  return (Tensor(box.center), Tensor(box.radius))
}

extension Tensor {
  /// The inputs moved to the nearest point of the box (ℓ∞ projection), elementwise; NaN where an
  /// end is, so that nothing is taken for a point of an empty box. Not differentiable.
  package func clamped(lower: Tensor, upper: Tensor) -> Tensor {
    for tensor in [self, lower, upper] { tensor.requireConstant(in: "clamped(lower:upper:)") }
    return Tensor(Tensor.zipped(.lowered, Tensor(Tensor.zipped(.raised, self, lower)), upper))
  }

  /// `self + gradient.signs · length`, ``clamped(lower:upper:)``, in one pass. Not differentiable.
  package func stepped(
    along gradient: Tensor, by length: Float, lower: Tensor, upper: Tensor
  ) -> Tensor {
    for tensor in [self, gradient, lower, upper] {
      precondition(tensor.count == count, "operands of different sizes")
      tensor.requireConstant(in: "stepped(along:by:lower:upper:)")
    }
    return Tensor(
      device.elementwise.boxStep(
        array, along: gradient.array, by: length, lower: lower.array, upper: upper.array))
  }
}
