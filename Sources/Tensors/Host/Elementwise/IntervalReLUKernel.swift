import CKernels

/// ReLU of the intervals [c − r, c + r], in centre and radius form.
///
/// With l = c − r and u = c + r the result is centre (u⁺ + l⁺)/2 and radius (u⁺ − l⁺)/2. It exists
/// beside ``ActivationKernel`` because ReLU is in every network that is trained: it stays in Float
/// and is vectorised.
enum IntervalReLUKernel {
  /// Returns centre and radius of the results (`ck_interval_relu`).
  static func forward(_ center: DeviceArray, _ radius: DeviceArray) -> (
    center: DeviceArray, radius: DeviceArray
  ) {
    let (newCenter, newRadius) = (result(center.shape), result(center.shape))
    let (c, r, oc, or) = (center.pointer, radius.pointer, newCenter.pointer, newRadius.pointer)
    parallelRanges(center.count, work: 4 * center.count) { range in
      let i = range.lowerBound
      ck_interval_relu(c + i, r + i, oc + i, or + i, range.count)
    }
    keepAlive(center, radius)
    return (newCenter.array, newRadius.array)
  }

  /// Returns the gradients of centre and radius: u⁺ receives half the sum of the given gradients,
  /// l⁺ half their difference, each only where its end is above 0.
  static func backward(
    _ center: DeviceArray, _ radius: DeviceArray, centerGradient: DeviceArray,
    radiusGradient: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray) {
    let (newCenter, newRadius) = (result(center.shape), result(center.shape))
    let (c, r, oc, or) = (center.pointer, radius.pointer, newCenter.pointer, newRadius.pointer)
    let (gc, gr) = (centerGradient.pointer, radiusGradient.pointer)
    parallelRanges(center.count, work: 6 * center.count) { range in
      let i = range.lowerBound
      ck_interval_relu_gradient(c + i, r + i, gc + i, gr + i, oc + i, or + i, range.count)
    }
    keepAlive(center, radius, centerGradient, radiusGradient)
    return (newCenter.array, newRadius.array)
  }
}
