import Relaxations

/// Returns an activation of each scalar, evaluated in Double and rounded to Float.
///
/// The gradient uses the derivative at x, at a kink that of one of both sides. For ReLU,
/// ``relu(_:)`` is faster.
package func activation(_ function: ActivationFunction, _ x: Tensor) -> Tensor {
  let (kernels, array) = (x.device.elementwise, x.array)
  return recorded(kernels.map(.activation(function), array), from: [x]) {
    [kernels.zip(.activationGradient(function), array, $0)]
  }
}

/// Returns intervals that an activation maps the intervals [center − radius, center + radius] into,
/// in centre and radius form.
///
/// This is the step of interval bound propagation through an activation, whether it is monotone or
/// not: the function's least and largest value on the interval, which lie at the ends or where it
/// turns.
///
/// - Postcondition: The result holds function(x) for every x in the interval, up to the rounding to
///   nearest of its centre and radius.
package func intervalActivation(
  _ function: ActivationFunction, center: Tensor, radius: Tensor
) -> (center: Tensor, radius: Tensor) {
  let kernels = center.device.elementwise
  let (c, r) = (center.array, radius.array)
  let output = kernels.interval(function, c, r)
  let both = recorded([output.center, output.radius], from: [center, radius]) { gradients in
    let d = kernels.intervalGradient(
      function, c, r, centerGradient: gradients[0] ?? c.zeros,
      radiusGradient: gradients[1] ?? c.zeros)
    return [d.center, d.radius]
  }
  return (both[0], both[1])
}
