import CKernels

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

  var code: ck_slope {
    switch self {
    case .adaptive: CK_SLOPE_ADAPTIVE
    case .same: CK_SLOPE_SAME
    case .zero: CK_SLOPE_ZERO
    case .one: CK_SLOPE_ONE
    }
  }
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
    let (lower, upper) = (result(center.shape), result(center.shape))
    let intercept = result(center.shape)
    let (c, r) = (center.pointer, radius.pointer)
    parallelRanges(center.count, work: 5 * center.count) { range in
      let i = range.lowerBound
      ck_relu_lines(
        slope.code, c + i, r + i, lower.pointer + i, upper.pointer + i, intercept.pointer + i,
        range.count)
    }
    keepAlive(center, radius)
    return Lines(
      lowerSlope: lower.tensor, upperSlope: upper.tensor, upperIntercept: intercept.tensor)
  }

  /// Gradients of centre and radius. Choices between constant slopes have gradient zero.
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
      let i = range.lowerBound
      ck_relu_lines_gradient(c + i, r + i, gs + i, gi + i, oc + i, or + i, range.count)
    }
    keepAlive(center, radius, chordGradient, upperIntercept)
    return (newCenter.tensor, newRadius.tensor)
  }
}
