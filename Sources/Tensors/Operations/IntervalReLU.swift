/// ReLU of the intervals [center − radius, center + radius], in centre and radius form.
///
/// - Postcondition: the result's radius is non-negative, and it is the smallest box that holds
///   max(x, 0) for every x in the interval.
public func intervalReLU(
  center: Tensor, radius: Tensor
) -> (center: Tensor, radius: Tensor) {
  let output = IntervalReLUKernel.forward(center, radius)
  let both = recorded([output.center, output.radius], from: [center, radius]) { gradients in
    let d = IntervalReLUKernel.backward(
      center, radius, centerGradient: gradients[0] ?? Tensor.zeros(center.shape),
      radiusGradient: gradients[1] ?? Tensor.zeros(center.shape))
    return [d.center, d.radius]
  }
  return (both[0], both[1])
}
