import Relaxations

/// Loops that apply a function, its interval and its lines, in Double inside. The function is opened
/// by the caller, so that no loop asks which one it is.
enum ActivationKernel {
  static func forward(_ f: some ScalarFunction, _ x: DeviceArray) -> DeviceArray {
    ElementwiseKernel.map(x) { Float(f.value(Double($0))) }
  }

  static func backward(_ f: some ScalarFunction, _ x: DeviceArray, _ gradient: DeviceArray)
    -> DeviceArray
  {
    ElementwiseKernel.zip(x, gradient) { Float(f.derivative(Double($0))) * $1 }
  }

  /// The least and largest value on [c − r, c + r], rounded outwards, in centre and radius form.
  static func interval(
    _ f: some ScalarFunction, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray) {
    let (newCenter, newRadius) = (result(center.shape), result(center.shape))
    let (c, r, oc, or) = (center.pointer, radius.pointer, newCenter.pointer, newRadius.pointer)
    parallelRanges(center.count, work: 16 * center.count) { range in
      for i in range {
        let ends = f.extremes(Double(c[i]) - Double(r[i]), Double(c[i]) + Double(r[i]))
        let lower = Float(ends.least.value).nextDown
        let upper = Float(ends.largest.value).nextUp
        oc[i] = 0.5 * (lower + upper)
        or[i] = 0.5 * (upper - lower)
      }
    }
    keepAlive(center, radius)
    return (newCenter.array, newRadius.array)
  }

  static func intervalBackward(
    _ f: some ScalarFunction, _ center: DeviceArray, _ radius: DeviceArray,
    centerGradient: DeviceArray,
    radiusGradient: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray) {
    let (newCenter, newRadius) = (result(center.shape), result(center.shape))
    let (c, r, oc, or) = (center.pointer, radius.pointer, newCenter.pointer, newRadius.pointer)
    let (gc, gr) = (centerGradient.pointer, radiusGradient.pointer)
    parallelRanges(center.count, work: 16 * center.count) { range in
      for i in range {
        let (l, u) = (Double(c[i]) - Double(r[i]), Double(c[i]) + Double(r[i]))
        let ends = f.extremes(l, u)
        let (least, largest) = (ends.least.point, ends.largest.point)
        let upper = 0.5 * (gc[i] + gr[i]) * Float(f.derivative(largest))
        let lower = 0.5 * (gc[i] - gr[i]) * Float(f.derivative(least))
        oc[i] = upper + lower
        // A value at the other end moves against the radius.
        or[i] =
          (largest == l && l < u ? -upper : upper) - (least == u && l < u ? -lower : lower)
      }
    }
    keepAlive(center, radius, centerGradient, radiusGradient)
    return (newCenter.array, newRadius.array)
  }

  static func lines(
    _ f: some ScalarFunction, _ center: DeviceArray, _ radius: DeviceArray, _ rule: ReLUSlope
  ) -> LineArrays {
    let tensors = (0..<4).map { _ in result(center.shape) }
    let out = tensors.map(\.pointer)
    let (c, r) = (center.pointer, radius.pointer)
    parallelRanges(center.count, work: 64 * center.count) { range in
      for i in range {
        let (l, u) = (Double(c[i]) - Double(r[i]), Double(c[i]) + Double(r[i]))
        let lines = f.relaxation(l, u, rule)
        out[0][i] = Float(lines.lower.slope)
        out[1][i] = Self.roundedDown(lines.lower.intercept)
        out[2][i] = Float(lines.upper.slope)
        out[3][i] = -Self.roundedDown(-lines.upper.intercept)
      }
    }
    keepAlive(center, radius)
    return LineArrays(tensors.map(\.array))
  }

  /// The largest Float that is not above `x`; zero stays exact.
  private static func roundedDown(_ x: Double) -> Float {
    let nearest = Float(x)
    return Double(nearest) > x ? nearest.nextDown : nearest
  }

  /// With s the slope and h the contact, intercept = f(h) − s·h: its change by s is −h, and by an
  /// end that is the contact f'(h) − s.
  static func linesBackward(
    _ f: some ScalarFunction, _ center: DeviceArray, _ radius: DeviceArray, _ rule: ReLUSlope,
    gradients: LineArrays
  ) -> (center: DeviceArray, radius: DeviceArray) {
    let (newCenter, newRadius) = (result(center.shape), result(center.shape))
    let (c, r) = (center.pointer, radius.pointer)
    let g = gradients.all.map(\.pointer)
    parallelRanges(center.count, work: 64 * center.count) { range in
      for i in range {
        let (l, u) = (Double(c[i]) - Double(r[i]), Double(c[i]) + Double(r[i]))
        let lines = f.relaxation(l, u, rule)
        var (dl, du) = (0.0, 0.0)
        for (line, which) in [(lines.lower, 0), (lines.upper, 2)] {
          let (gSlope, gIntercept) = (Double(g[which][i]), Double(g[which + 1][i]))
          let bySlope = gSlope - line.contact * gIntercept
          dl += bySlope * line.byLower
          du += bySlope * line.byUpper
          let atEnd = gIntercept * (f.derivative(line.contact) - line.slope)
          if line.contact == l { dl += atEnd } else if line.contact == u { du += atEnd }
        }
        newCenter.pointer[i] = Float(du + dl)
        newRadius.pointer[i] = Float(du - dl)
      }
    }
    keepAlive(center, radius, gradients)
    return (newCenter.array, newRadius.array)
  }
}
