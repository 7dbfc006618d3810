import Relaxations

// Boxes that hold in spite of rounding (``OutwardKernels``). None of these is differentiable.

/// Boxes in centre and radius form, both of one shape.
package typealias CenterAndRadius = (center: Tensor, radius: Tensor)

/// Returns boxes that hold ±ε around inputs within a domain, and as much around whatever the inputs
/// may be roundings of.
package func outwardBox(
  around inputs: Tensor, epsilon: Float, domain: ClosedRange<Float>
) -> CenterAndRadius {
  tensors(
    inputs.device.outward.box(
      around: inputs.constant(in: "outwardBox"), epsilon: epsilon, domain: domain))
}

/// Returns boxes that hold [lower, upper].
package func outwardInterval(lower: Tensor, upper: Tensor) -> CenterAndRadius {
  tensors(
    lower.device.outward.interval(
      lower: lower.constant(in: "outwardInterval"), upper: upper.constant(in: "outwardInterval")))
}

/// Returns ends beyond those of a box.
package func outwardEnds(center: Tensor, radius: Tensor) -> (lower: Tensor, upper: Tensor) {
  let ends = center.device.outward.ends(
    center: center.constant(in: "outwardEnds"), radius: radius.constant(in: "outwardEnds"))
  return (Tensor(ends.lower), Tensor(ends.upper))
}

/// Returns at least radius · byRadius + |center| · byCenter, scalar by scalar.
package func outwardRadius(
  center: Tensor, radius: Tensor, byRadius: Float, byCenter: Float
) -> Tensor {
  Tensor(
    center.device.outward.radius(
      center: center.constant(in: "outwardRadius"), radius: radius.constant(in: "outwardRadius"),
      byRadius: byRadius, byCenter: byCenter))
}

/// Returns at least radius · factor + offset · byOffset, where none is negative.
///
/// - Parameters:
///   - center: Its size must be below 2¹⁰⁰, else the result is NaN.
///   - offset: One number for each channel of the last axes, or nil.
package func outwardSum(
  center: Tensor, radius: Tensor, factor: Float, offset: Tensor?, byOffset: Float
) -> Tensor {
  Tensor(
    center.device.outward.sum(
      center: center.constant(in: "outwardSum"), radius: radius.constant(in: "outwardSum"),
      factor: factor, offset: offset?.constant(in: "outwardSum"), byOffset: byOffset))
}

/// Returns boxes that hold max(h, 0) for every h in a box.
package func outwardReLU(center: Tensor, radius: Tensor) -> CenterAndRadius {
  tensors(
    center.device.outward.intervalReLU(
      center.constant(in: "outwardReLU"), radius.constant(in: "outwardReLU")))
}

/// Returns boxes that hold a function on boxes, where `deployed` as a runtime computes it.
package func outwardActivation(
  _ function: ActivationFunction, center: Tensor, radius: Tensor, deployed: Bool
) -> CenterAndRadius {
  tensors(
    center.device.outward.interval(
      function, center.constant(in: "outwardActivation"),
      radius.constant(in: "outwardActivation"), deployed: deployed))
}

/// Returns boxes that hold max(x, 0) + slope·min(x, 0) on boxes, with slopes [channels].
package func outwardBentLine(
  slopes: Tensor, center: Tensor, radius: Tensor, deployed: Bool
) -> CenterAndRadius {
  tensors(
    center.device.outward.interval(
      slopes: slopes.constant(in: "outwardBentLine"), center.constant(in: "outwardBentLine"),
      radius.constant(in: "outwardBentLine"), deployed: deployed))
}

private func tensors(
  _ arrays: (center: DeviceArray, radius: DeviceArray)
) -> CenterAndRadius { (Tensor(arrays.center), Tensor(arrays.radius)) }
