import Relaxations

/// Loops that apply a function, its interval and its lines, in Double inside.
///
/// The function is opened by the caller, so that no loop asks which one it is: each method is
/// generic over ``ScalarFunction``, and all mathematics of a function is in its own type in
/// Relaxations. Interval ends c ± r are sums of two Floats in Double, which are exact unless the
/// two differ by many orders of magnitude.
enum ActivationKernel {
  /// Returns f(x) of each scalar.
  static func forward(_ f: some ScalarFunction, _ x: DeviceArray) -> DeviceArray {
    ElementwiseKernel.map(x) { Float(f.value(Double($0))) }
  }

  /// Returns f′(x) times the gradient, scalar by scalar.
  static func backward(_ f: some ScalarFunction, _ x: DeviceArray, _ gradient: DeviceArray)
    -> DeviceArray
  {
    ElementwiseKernel.zip(x, gradient) { Float(f.derivative(Double($0))) * $1 }
  }

  /// Returns the least and largest value on [c − r, c + r], in centre and radius form.
  ///
  /// The values are rounded outwards by a whole unit in the last place, which covers the error of f
  /// in Double. Centre and radius are then rounded to nearest, which is not accounted for.
  static func interval(
    _ f: some ScalarFunction, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray) {
    let (newCenter, newRadius) = (result(center.shape), result(center.shape))
    let (c, r, oc, or) = (center.pointer, radius.pointer, newCenter.pointer, newRadius.pointer)
    parallelRanges(center.count, work: 16 * center.count) { range in
      for i in range {
        let ends = f.extremes(Double(c[i]) - Double(r[i]), Double(c[i]) + Double(r[i]))
        // One step beyond the nearest Float lies below the exact value even if `value` is wrong in
        // its last bits of a Double.
        let lower = Float(ends.least.value).nextDown
        let upper = Float(ends.largest.value).nextUp
        oc[i] = 0.5 * (lower + upper)
        or[i] = 0.5 * (upper - lower)
      }
    }
    keepAlive(center, radius)
    return (newCenter.array, newRadius.array)
  }

  /// Returns the gradients of centre and radius for those of ``interval(_:_:_:)``.
  ///
  /// With u the largest and l the least value, centre = (u + l)/2 and radius = (u − l)/2; so u
  /// receives half the sum of both gradients and l half their difference.
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

  /// Returns lines around the function on each interval, for the rule of an undecided ReLU.
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
        // The slopes hold in a Float already, so this rounds nothing: a slope that changed after
        // its intercept was found could make the line cross the function. Only the intercepts are
        // rounded here, the lower one down and the upper one up.
        out[0][i] = Float(lines.lower.slope)
        out[1][i] = Self.roundedDown(lines.lower.intercept)
        out[2][i] = Float(lines.upper.slope)
        out[3][i] = -Self.roundedDown(-lines.upper.intercept)
      }
    }
    keepAlive(center, radius)
    return LineArrays(tensors.map(\.array))
  }

  /// Returns the largest Float that is not above `x`; zero stays exact, and so does every number
  /// that a Float holds.
  private static func roundedDown(_ x: Double) -> Float {
    let nearest = Float(x)
    return Double(nearest) > x ? nearest.nextDown : nearest
  }

  /// Returns the gradients of centre and radius for those of the four line arrays.
  ///
  /// With s the slope and h the contact, intercept = f(h) − s·h: its change by s is −h, and by an
  /// end that is the contact f'(h) − s. A contact inside the interval is an extreme of f − s·h, so
  /// that moving it changes nothing.
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
