/// Lines around a function on one interval [l, u], and how they move with its ends.
///
/// A slope is chosen first: a chord, a tangent, or one end's choice. The intercept then follows: it
/// is the least (largest) value of function − slope·h over the interval, which lies at an end or at
/// a turning point. So the lines hold whatever slope was chosen; that choice only decides how tight
/// they are (Zhang et al. 2018, section 3 and table 3).
///
///     f(h) ≥ lower.slope·h + lower.intercept
///     f(h) ≤ upper.slope·h + upper.intercept    for l ≤ h ≤ u
///
/// Kernels make one for each neuron in front of a smooth activation. Training differentiates
/// through them, by the derivatives that each line carries: a slope moves with the ends as it was
/// chosen, and the intercept f(contact) − slope·contact moves by −contact times what the slope
/// does, and with the contact where that is an end.
///
/// ## Rounding
///
/// All is computed in Double, from ends that are sums of two Floats and thus nearly always exact.
/// The coefficients of a linear form are Floats. So the slope is rounded to Float *before* its
/// intercept is computed: a slope that is wrong in its last bit makes a line that is a little less
/// tight, whereas the intercept of the unrounded slope would make one that crosses the function far
/// from 0. The intercept of the rounded slope is rounded last, outwards, by the kernel that stores
/// it. What is not accounted for are the errors of values and contacts in Double, which are of the
/// order of 2⁻⁵⁰ of the terms.
package struct ActivationRelaxation {
  /// A line, with the derivatives of its slope by the interval's ends and the point where it
  /// touches.
  package struct Line {
    /// The slope, which a Float holds.
    package let slope: Double
    /// The derivative of the slope by l.
    package let byLower: Double
    /// The derivative of the slope by u.
    package let byUpper: Double
    /// Where the line touches the function: an end, a kink or a point of the same slope.
    package let contact: Double
    /// The line's value at 0, in Double.
    package let intercept: Double
  }

  /// The line below the function.
  package let lower: Line
  /// The line above the function.
  package let upper: Line

  /// - Parameter rounded: What becomes of a slope before its intercept is computed.
  init(
    _ f: some ScalarFunction, _ l: Double, _ u: Double, _ rule: ReLUSlope,
    rounded: (Double) -> Double
  ) {
    // A point, or NaN, which the intercept keeps, has the function's slope there.
    let point = Slope(value: f.derivative(l))
    let slopes = l < u ? f.slopes(l, u, rule) : (point, point)
    lower = f.line(.below, slopes.0, rounded: rounded(slopes.0.value), l, u)
    upper = f.line(.above, slopes.1, rounded: rounded(slopes.1.value), l, u)
  }
}

extension ScalarFunction {
  /// Makes lines whose slopes are rounded to Float before their intercepts are computed.
  func relaxation(
    _ l: Double, _ u: Double, _ rule: ReLUSlope
  ) -> ActivationRelaxation {
    ActivationRelaxation(self, l, u, rule) { Double(Float($0)) }
  }

  /// Makes the line of a slope: at the extreme of function − slope·h, on the side where the line is
  /// to lie.
  ///
  /// - Parameters:
  ///   - slope: The slope as it was chosen, with its derivatives.
  ///   - rounded: The slope of the line, for which the intercept is computed.
  /// - Returns: A line that holds for `rounded`, whatever it is. NaN at an end is kept in the
  ///   intercept, so that it reaches the bound.
  func line(
    _ side: Side, _ slope: Slope, rounded: Double, _ l: Double, _ u: Double
  ) -> ActivationRelaxation.Line {
    // Candidates are the ends and the turning points inside; among them is the extreme, since
    // between two of them function − slope·h rises or falls.
    var (contact, intercept) = (l, value(l) - rounded * l)
    func meet(_ h: Double) {
      let offset = value(h) - rounded * h
      let isBeyond = side == .below ? offset < intercept : offset > intercept
      if isBeyond || offset.isNaN { (contact, intercept) = (h, offset) }
    }
    if l < u { meet(u) }
    for h in turningPoints(slope: rounded, from: l, to: u) where l < h && h <= u { meet(h) }
    return ActivationRelaxation.Line(
      slope: rounded, byLower: slope.byLower, byUpper: slope.byUpper, contact: contact,
      intercept: intercept)
  }
}
