import Relaxations

/// An activation, elementwise.
package func activation(_ function: ActivationFunction, _ x: Tensor) -> Tensor {
  let (kernels, array) = (x.device.elementwise, x.array)
  return recorded(kernels.map(.activation(function), array), from: [x]) {
    [kernels.zip(.activationGradient(function), array, $0)]
  }
}

/// An activation of the intervals [center − radius, center + radius].
///
/// - Postcondition: the result holds function(x) for every x in the interval.
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
