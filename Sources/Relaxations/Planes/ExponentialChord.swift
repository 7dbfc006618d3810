import RealModule

/// The chord of exp on an interval.
struct ExponentialChord {
  let slope: Double
  let valueInTheMiddle: Double

  init(_ l: Double, _ u: Double) {
    let (low, high, width) = (Double.exp(l), Double.exp(u), u - l)
    // (eᵘ − eˡ)/(u − l) without cancellation.
    slope = width > 0 ? -high * .expMinusOne(-width) / width : high
    valueInTheMiddle = low / 2 + high / 2
  }
}
