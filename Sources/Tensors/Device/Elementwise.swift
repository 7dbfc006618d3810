import Relaxations

/// The work on each scalar by itself, as a closed list: a device that is no processor of this
/// machine runs no Swift closure, but it can have a kernel for each case.
///
/// Numbers are Float and each formula is evaluated as it stands; "in Double" says where the
/// rounding to Float comes last.
package enum Elementwise {
  /// A function of one scalar x.
  package enum Unary: Sendable, Equatable {
    /// |x|.
    case absolute
    /// max(x, 0); NaN stays.
    case relu
    /// x · factor.
    case times(Float)
    /// −1, 0 or 1; 0 for NaN.
    case sign
    /// 1/√(x + offset).
    case inverseSquareRoot(plus: Float)
    /// max(x − ε, low): the lower end of the box ‖δ‖_∞ ≤ ε around x in a domain. NaN where x lies
    /// outside the domain by more than ε, or is NaN.
    case lowerEnd(epsilon: Float, domain: ClosedRange<Float>)
    /// min(x + ε, high), the upper end of the same box.
    case upperEnd(epsilon: Float, domain: ClosedRange<Float>)
    /// An activation, in Double.
    case activation(ActivationFunction)
  }

  /// A function of two scalars x and y at the same place of two arrays.
  package enum Binary: Sendable, Equatable {
    /// x + y.
    case sum
    /// x − y.
    case difference
    /// x · y.
    case product
    /// The larger of two; NaN where either is.
    case larger
    /// x where x ≥ y, else y: raises x to a lower end; NaN where the end is.
    case raised
    /// x where x ≤ y, else y: lowers x to an upper end; NaN where the end is.
    case lowered
    /// x moved by at most four units in the last place until |x − y|, computed exactly, is at most
    /// ε.
    case drawn(epsilon: Float)
    /// x^(1 − weight) · y^weight in Double, where numbers below 1e-12 count as that.
    case geometricMean(weight: Float)
    /// share · x / y, where y below 1e-12 counts as that: the derivative of a geometric mean x by an
    /// argument y of that share.
    case geometricMeanGradient(share: Float)
    /// y · sign(x): |x|′ · gradient, 0 at 0.
    case absoluteGradient
    /// y where x > 0, else 0: relu′(x) · gradient.
    case reluGradient
    /// −x³ · y/2: the derivative of x = 1/√(z + offset) by z, times a gradient y.
    case inverseSquareRootGradient
    /// f′(x) · y, the derivative in Double.
    case activationGradient(ActivationFunction)
  }
}
