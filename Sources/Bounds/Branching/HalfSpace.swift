/// Λ·x + constant ≤ 0, where a counterexample has to lie.
struct HalfSpace {
  let coefficients: [Float]
  let constant: Float

  /// The corner of a box at which Λ·x is least.
  func minimizer(in domain: InputDomain) -> [Float] {
    coefficients.indices.map {
      coefficients[$0] > 0
        ? domain.lower[$0]
        : coefficients[$0] < 0
          ? domain.upper[$0] : domain.lower[$0] + (domain.upper[$0] - domain.lower[$0]) / 2
    }
  }

  /// Cuts off what a box has outside of the half-space, coordinate by coordinate.
  ///
  /// With T = constant + Σ min Λᵢxᵢ, at most 0, a point with Λᵢ(xᵢ − lᵢ) > −T for a positive Λᵢ is
  /// outside, since the other terms are at their least.
  ///
  /// - Returns: Whether something is left.
  func cut(_ domain: inout InputDomain) -> Bool {
    var (least, magnitude) = (Double(constant), abs(Double(constant)))
    for i in coefficients.indices {
      let product =
        Double(coefficients[i])
        * Double(coefficients[i] > 0 ? domain.lower[i] : domain.upper[i])
      least += product
      magnitude += abs(product)
    }
    // Rounding down: products are exact in Double, and each of n additions errs by 2⁻⁵³ at most.
    least -= magnitude * Double(coefficients.count + 2) * 0x1p-52
    guard least.isFinite else { return true }
    guard least <= 0 else { return false }
    for i in coefficients.indices where coefficients[i] != 0 {
      let reach = -least / abs(Double(coefficients[i])) * (1 + 0x1p-50)
      if coefficients[i] > 0 {
        let end = Float(Double(domain.lower[i]) + reach).nextUp
        if end < domain.upper[i] { domain.upper[i] = end }
      } else {
        let end = Float(Double(domain.upper[i]) - reach).nextDown
        if end > domain.lower[i] { domain.lower[i] = end }
      }
    }
    return true
  }
}
