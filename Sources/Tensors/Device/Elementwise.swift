import Relaxations

/// The work on each scalar by itself, as a closed list: a device that is no processor of this
/// machine runs no Swift closure, but it can have a kernel for each case.
///
/// ``ElementwiseKernels/map(_:_:)`` takes a case of ``Unary`` and
/// ``ElementwiseKernels/zip(_:_:_:)`` one of ``Binary``. A new elementwise operation is a new case,
/// which the compiler then asks every device for.
///
/// Numbers are Float and each formula is evaluated as it stands; "in Double" says where the
/// rounding to Float comes last.
package enum Elementwise {
  /// A function of one scalar x.
  package enum Unary: Sendable, Equatable {
    /// |x|, the magnitude; NaN stays.
    case absolute
    /// max(x, 0); NaN stays.
    case relu
    /// x · factor.
    case times(Float)
    /// The sign: −1, 0 or 1; 0 for both zeros and for NaN.
    case sign
    /// 1/√(x + offset), as normalisation divides by a standard deviation; NaN where the sum is
    /// negative.
    case inverseSquareRoot(plus: Float)
    /// max(x − ε, low): the lower end of the box ‖δ‖_∞ ≤ ε around x within a domain [low, high].
    ///
    /// It is NaN where x lies outside the domain by more than ε, so that the box is empty, or where
    /// x is NaN.
    case lowerEnd(epsilon: Float, domain: ClosedRange<Float>)
    /// min(x + ε, high): the upper end of the same box, NaN in the same cases.
    case upperEnd(epsilon: Float, domain: ClosedRange<Float>)
    /// The value of an activation at x, in Double.
    case activation(ActivationFunction)
  }

  /// A function of two scalars x and y at the same place of two arrays.
  ///
  /// Those of the cases that end in `Gradient` are derivatives; the gradient of the output is an
  /// operand of theirs.
  package enum Binary: Sendable, Equatable {
    /// x + y.
    case sum
    /// x − y.
    case difference
    /// x · y.
    case product
    /// The larger of two numbers; NaN where either is.
    case larger
    /// x where x ≥ y, else y: raises x to a lower end y. NaN where the end is; a NaN for x becomes
    /// the end.
    case raised
    /// x where x ≤ y, else y: lowers x to an upper end y. NaN where the end is; a NaN for x becomes
    /// the end.
    case lowered
    /// x moved towards y until |x − y|, computed in Double, is at most ε, by at most four units in
    /// the last place.
    ///
    /// A point x = fl(y + ε) may be farther from y than ε, since the sum was rounded; this brings
    /// it back inside.
    case drawn(epsilon: Float)
    /// The weighted geometric mean x^(1 − weight) · y^weight in Double, where numbers below 1e-12
    /// count as 1e-12.
    case geometricMean(weight: Float)
    /// share · x / y: the derivative of a geometric mean x by an argument y that has the exponent
    /// `share` in it. A y below 1e-12 counts as 1e-12.
    case geometricMeanGradient(share: Float)
    /// y · sign(x): the derivative of |x|, times a gradient y; 0 at x = 0.
    case absoluteGradient
    /// y where x > 0, else 0: the derivative of ReLU at x, times a gradient y.
    case reluGradient
    /// −x³ · y/2: the derivative of x = 1/√(z + offset) by z, times a gradient y. It needs the
    /// output x only.
    case inverseSquareRootGradient
    /// f′(x) · y: the derivative of an activation at x, in Double, times a gradient y. At a kink it
    /// is the derivative on one of both sides.
    case activationGradient(ActivationFunction)
  }
}
