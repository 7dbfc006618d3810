/// Returns ReLU of the intervals [center − radius, center + radius], in centre and radius form: the
/// step of interval bound propagation through ReLU.
///
/// - Postcondition: The result's radius is not negative, and in real arithmetic it is the smallest
///   box that holds max(x, 0) for every x in the interval.
package func intervalReLU(
  center: Tensor, radius: Tensor
) -> (center: Tensor, radius: Tensor) {
  let kernels = center.device.elementwise
  let (c, r) = (center.array, radius.array)
  let output = kernels.intervalReLU(c, r)
  let both = recorded([output.center, output.radius], from: [center, radius]) { gradients in
    let d = kernels.intervalReLUGradient(
      c, r, centerGradient: gradients[0] ?? c.zeros, radiusGradient: gradients[1] ?? c.zeros)
    return [d.center, d.radius]
  }
  return (both[0], both[1])
}
