/// Returns the ends of the box ‖δ‖_∞ ≤ ε around inputs, within a domain; constants, not
/// differentiable.
///
/// The ends are max(x − ε, low) and min(x + ε, high), each rounded to nearest.
///
/// - Postcondition: lower ≤ upper; both are NaN where an input lies outside the domain by more than
///   ε.
package func boxBounds(
  _ inputs: Tensor, epsilon: Float, domain: ClosedRange<Float>
) -> (lower: Tensor, upper: Tensor) {
  let (kernels, x) = (inputs.device.elementwise, inputs.constant(in: "boxBounds"))
  return (
    Tensor(kernels.map(.lowerEnd(epsilon: epsilon, domain: domain), x)),
    Tensor(kernels.map(.upperEnd(epsilon: epsilon, domain: domain), x))
  )
}

/// Returns the same box in centre and radius form, as bounds propagate it; not differentiable.
package func boxAround(
  _ inputs: Tensor, epsilon: Float, domain: ClosedRange<Float>
) -> (center: Tensor, radius: Tensor) {
  let box = inputs.device.elementwise.boxAround(
    inputs.constant(in: "boxAround"), epsilon: epsilon, domain: domain)
  return (Tensor(box.center), Tensor(box.radius))
}

extension Tensor {
  /// Returns the inputs moved to the nearest point of a box (ℓ∞ projection), elementwise. It is not
  /// differentiable.
  ///
  /// The result is NaN where both ends are, as those of an empty box
  /// (``boxBounds(_:epsilon:domain:)``), so that nothing is taken for a point of it.
  package func clamped(lower: Tensor, upper: Tensor) -> Tensor {
    for tensor in [self, lower, upper] { tensor.requireConstant(in: "clamped(lower:upper:)") }
    return Tensor(Tensor.zipped(.lowered, Tensor(Tensor.zipped(.raised, self, lower)), upper))
  }

  /// Returns `self + gradient.signs · length`, then ``clamped(lower:upper:)``, in one pass: a step
  /// of a projected gradient attack. It is not differentiable.
  ///
  /// - Parameter length: The step in each coordinate; negative to descend.
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
