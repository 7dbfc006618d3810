/// ReLU of the intervals [c − r, c + r], in centre and radius form.
///
/// With l = c − r and u = c + r the result is centre (u⁺ + l⁺)/2 and radius (u⁺ − l⁺)/2.
enum IntervalReLUKernel {
  static func forward(_ center: Tensor, _ radius: Tensor) -> (center: Tensor, radius: Tensor) {
    let (newCenter, newRadius) = (result(center.shape), result(center.shape))
    let (c, r, oc, or) = (center.pointer, radius.pointer, newCenter.pointer, newRadius.pointer)
    parallelRanges(center.count, work: 4 * center.count) { range in
      for i in range {
        let upper = max(c[i] + r[i], 0)
        let lower = max(c[i] - r[i], 0)
        oc[i] = 0.5 * (upper + lower)
        or[i] = 0.5 * (upper - lower)
      }
    }
    keepAlive(center, radius)
    return (newCenter.tensor, newRadius.tensor)
  }

  static func backward(
    _ center: Tensor, _ radius: Tensor, centerGradient: Tensor, radiusGradient: Tensor
  ) -> (center: Tensor, radius: Tensor) {
    let (newCenter, newRadius) = (result(center.shape), result(center.shape))
    let (c, r, oc, or) = (center.pointer, radius.pointer, newCenter.pointer, newRadius.pointer)
    let (gc, gr) = (centerGradient.pointer, radiusGradient.pointer)
    parallelRanges(center.count, work: 6 * center.count) { range in
      for i in range {
        let upper = c[i] + r[i] > 0 ? 0.5 * (gc[i] + gr[i]) : 0
        let lower = c[i] - r[i] > 0 ? 0.5 * (gc[i] - gr[i]) : 0
        oc[i] = upper + lower
        or[i] = upper - lower
      }
    }
    keepAlive(center, radius, centerGradient, radiusGradient)
    return (newCenter.tensor, newRadius.tensor)
  }
}
