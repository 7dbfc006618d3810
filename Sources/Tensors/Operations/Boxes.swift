import CKernels

/// The ends of the box ‖δ‖_∞ ≤ ε around inputs, within a domain; constants, not differentiable.
///
/// - Postcondition: lower ≤ upper; NaN where an input lies outside the domain by more than ε.
public func boxBounds(
  _ inputs: Tensor, epsilon: Float, domain: ClosedRange<Float>
) -> (lower: Tensor, upper: Tensor) {
  let (low, high) = (domain.lowerBound, domain.upperBound)
  let lower = ElementwiseKernel.map(inputs) { x in
    x - epsilon <= high && x + epsilon >= low ? max(x - epsilon, low) : .nan
  }
  let upper = ElementwiseKernel.map(inputs) { x in
    x - epsilon <= high && x + epsilon >= low ? min(x + epsilon, high) : .nan
  }
  return (lower, upper)
}

/// The same box in centre and radius form.
public func boxAround(
  _ inputs: Tensor, epsilon: Float, domain: ClosedRange<Float>
) -> (center: Tensor, radius: Tensor) {
  let (center, radius) = (result(inputs.shape), result(inputs.shape))
  let x = inputs.pointer
  parallelRanges(inputs.count, work: inputs.count) { range in
    let i = range.lowerBound
    ck_clipped_box(
      x + i, epsilon, domain.lowerBound, domain.upperBound, center.pointer + i,
      radius.pointer + i, range.count)
  }
  keepAlive(inputs)
  return (center.tensor, radius.tensor)
}

extension Tensor {
  /// The inputs moved to the nearest point of the box (ℓ∞ projection), elementwise; NaN where an
  /// end is, so that nothing is taken for a point of an empty box.
  public func clamped(lower: Tensor, upper: Tensor) -> Tensor {
    let raised = ElementwiseKernel.zip(self, lower) { $0 >= $1 ? $0 : $1 }
    return ElementwiseKernel.zip(raised, upper) { $0 <= $1 ? $0 : $1 }
  }

  /// `self + gradient.signs · length`, ``clamped(lower:upper:)``, in one pass.
  public func stepped(
    along gradient: Tensor, by length: Float, lower: Tensor, upper: Tensor
  ) -> Tensor {
    precondition(
      [gradient, lower, upper].allSatisfy { $0.count == count }, "operands of different sizes")
    let out = result(shape)
    let (x, g, l, u) = (pointer, gradient.pointer, lower.pointer, upper.pointer)
    parallelRanges(count, work: count) { range in
      let i = range.lowerBound
      ck_box_step(x + i, g + i, length, l + i, u + i, out.pointer + i, range.count)
    }
    keepAlive(self, gradient, lower, upper)
    return out.tensor
  }

  /// −1, 0 or 1, elementwise.
  public var signs: Tensor { ElementwiseKernel.map(self) { $0 > 0 ? 1 : ($0 < 0 ? -1 : 0) } }
}
