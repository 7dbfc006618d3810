import RealModule

/// The chord of exp on an interval [l, u], which lies above it since exp is convex.
struct ExponentialChord {
  /// (eᵘ − eˡ)/(u − l), or eᵘ where the interval is a point.
  let slope: Double
  /// The chord's value at (l + u)/2, the mean of the values at both ends.
  let valueInTheMiddle: Double

  /// Makes the chord on [l, u].
  init(_ l: Double, _ u: Double) {
    let (low, high, width) = (Double.exp(l), Double.exp(u), u - l)
    // (eᵘ − eˡ)/(u − l) without cancellation.
    slope = width > 0 ? -high * .expMinusOne(-width) / width : high
    valueInTheMiddle = low / 2 + high / 2
  }
}
