import Relaxations

/// An activation, elementwise.
public func activation(_ function: ActivationFunction, _ x: Tensor) -> Tensor {
  recorded(ActivationKernel.forward(function, x), from: [x]) {
    [ActivationKernel.backward(function, x, $0)]
  }
}

/// A monotone activation of the intervals [center − radius, center + radius].
///
/// - Postcondition: the result holds function(x) for every x in the interval.
public func intervalActivation(
  _ function: ActivationFunction, center: Tensor, radius: Tensor
) -> (center: Tensor, radius: Tensor) {
  let output = ActivationKernel.interval(function, center, radius)
  let both = recorded([output.center, output.radius], from: [center, radius]) { gradients in
    let d = ActivationKernel.intervalBackward(
      function, center, radius, centerGradient: gradients[0] ?? .zeros(center.shape),
      radiusGradient: gradients[1] ?? .zeros(center.shape))
    return [d.center, d.radius]
  }
  return (both[0], both[1])
}
