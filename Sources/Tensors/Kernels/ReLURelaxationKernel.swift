/// How the lower line α·h of an unstable ReLU is chosen (its upper line is always the chord).
public enum ReLUSlope: String, Sendable, CaseIterable, Codable {
  /// α = 1 where u > −l, else 0: the smaller area (CROWN, Zhang et al. 2018).
  case adaptive
  /// α = u/(u − l), parallel to the upper line (Fast-Lin; Wong and Kolter's fixed dual choice).
  case same = "same-slope"
  /// α = 0.
  case zero
  /// α = 1.
  case one
}

/// Lines around ReLU on the pre-activation interval [c − r, c + r].
///
/// For h in the interval: lowerSlope·h ≤ max(h, 0) ≤ upperSlope·h + upperIntercept.
enum ReLURelaxationKernel {
  struct Lines {
    var lowerSlope: Tensor
    var upperSlope: Tensor
    var upperIntercept: Tensor
  }

  static func forward(_ center: Tensor, _ radius: Tensor, _ slope: ReLUSlope) -> Lines {
    switch slope {
    case .adaptive: lines(center, radius) { l, u, _ in u > -l ? 1 : 0 }
    case .same: lines(center, radius) { _, _, chord in chord }
    case .zero: lines(center, radius) { _, _, _ in 0 }
    case .one: lines(center, radius) { _, _, _ in 1 }
    }
  }

  @inline(__always)
  private static func lines(
    _ center: Tensor, _ radius: Tensor, lowerSlope: (Float, Float, Float) -> Float
  ) -> Lines {
    let (lower, upper) = (result(center.shape), result(center.shape))
    let intercept = result(center.shape)
    let (c, r) = (center.pointer, radius.pointer)
    let (ol, ou, oi) = (lower.pointer, upper.pointer, intercept.pointer)
    parallelRanges(center.count, work: 5 * center.count) { range in
      for i in range {
        let l = c[i] - r[i]
        let u = c[i] + r[i]
        let stable: Float = l >= 0 ? 1 : 0
        let unstable = l < 0 && u > 0
        let chord = u / (u - l)
        ol[i] = unstable ? lowerSlope(l, u, chord) : stable
        ou[i] = unstable ? chord : stable
        oi[i] = unstable ? -l * chord : 0 * (u - l)  // NaN and infinity must not vanish here
      }
    }
    keepAlive(center, radius)
    return Lines(
      lowerSlope: lower.tensor, upperSlope: upper.tensor, upperIntercept: intercept.tensor)
  }

  /// Gradients of centre and radius. With w = u − l: ∂(u/w) = (−l ∂u + u ∂l)/w² and
  /// ∂(−l·u/w) = (l² ∂u − u² ∂l)/w². Choices between constant slopes have gradient zero.
  static func backward(
    _ center: Tensor, _ radius: Tensor, _ slope: ReLUSlope, lowerSlope: Tensor?,
    upperSlope: Tensor, upperIntercept: Tensor
  ) -> (center: Tensor, radius: Tensor) {
    let chordGradient: Tensor
    if slope == .same, let lowerSlope {
      chordGradient = ElementwiseKernel.zip(upperSlope, lowerSlope) { $0 + $1 }
    } else {
      chordGradient = upperSlope
    }
    let (newCenter, newRadius) = (result(center.shape), result(center.shape))
    let (c, r, oc, or) = (center.pointer, radius.pointer, newCenter.pointer, newRadius.pointer)
    let (gs, gi) = (chordGradient.pointer, upperIntercept.pointer)
    parallelRanges(center.count, work: 6 * center.count) { range in
      for i in range {
        let l = c[i] - r[i]
        let u = c[i] + r[i]
        let unstable = l < 0 && u > 0
        let (p, q) = (u / (u - l), l / (u - l))  // before squaring: no underflow of w²
        let scaled = gs[i] / (u - l)
        let du = unstable ? q * q * gi[i] - q * scaled : 0
        let dl = unstable ? p * scaled - p * p * gi[i] : 0
        oc[i] = du + dl
        or[i] = du - dl
      }
    }
    keepAlive(center, radius, chordGradient, upperIntercept)
    return (newCenter.tensor, newRadius.tensor)
  }
}
