import Relaxations

/// Lines around an activation on the pre-activation intervals of a batch, all [batch, …].
///
/// `activationLines(_:center:radius:slope:)` makes them, and `relaxedForm(_:_:)` puts them in
/// the activation's place. They are tensors, so that training can differentiate through both.
///
/// - Postcondition: lowerSlope·h + lowerIntercept ≤ activation(h) ≤ upperSlope·h + upperIntercept
///   for every h in the interval.
public struct ActivationLines: Sendable {
  /// The slope of the line below the activation.
  public var lowerSlope: Tensor
  /// The value of the line below at h = 0.
  public var lowerIntercept: Tensor
  /// The slope of the line above the activation.
  public var upperSlope: Tensor
  /// The value of the line above at h = 0.
  public var upperIntercept: Tensor

  /// Takes lines as they are. That they hold is the caller's promise.
  public init(
    lowerSlope: Tensor, lowerIntercept: Tensor, upperSlope: Tensor, upperIntercept: Tensor
  ) {
    self.lowerSlope = lowerSlope
    self.lowerIntercept = lowerIntercept
    self.upperSlope = upperSlope
    self.upperIntercept = upperIntercept
  }

  /// Takes the four tensors in the order of the properties.
  init(_ tensors: [Tensor]) {
    self.init(
      lowerSlope: tensors[0], lowerIntercept: tensors[1], upperSlope: tensors[2],
      upperIntercept: tensors[3])
  }

  /// Puts the lines in the activation's place in lower-bounding forms: the step of CROWN through an
  /// activation, as a custom relaxed rule needs it.
  ///
  /// - Parameter coefficients: The forms over the activation's output, [batch or 1, rows, n].
  /// - Returns: The forms over its input, [batch, rows, n], and what their constants gain,
  ///   [batch, rows].
  public func relaxed(_ coefficients: Tensor) -> (form: Tensor, constant: Tensor) {
    relaxedForm(coefficients, self)
  }

  /// Puts the lines in the activation's place where forms have to hold in spite of rounding, as a
  /// custom rule for certificates needs it. It is not differentiable.
  ///
  /// - Parameters:
  ///   - coefficients: The forms over the activation's output, [batch or 1, rows, n].
  ///   - magnitude: At least the magnitude of the activation's input, [batch, n]. What rounding of
  ///     coefficients costs follows from it.
  ///   - tolerance: How far below the lower line or above the upper one the function, or what a
  ///     runtime computes for it, may be because either was rounded, [batch, n].
  /// - Returns: The forms over its input, and at most what their constants gain.
  public func outwardRelaxed(
    _ coefficients: Tensor, magnitude: Tensor, tolerance: Tensor
  ) -> (form: Tensor, constant: Tensor) {
    let kernels = coefficients.device.outward
    let lines = widened(magnitude: magnitude, tolerance: tolerance)
    let relaxed = kernels.relax(
      coefficients.constant(in: "outwardRelaxed"),
      LineArrays(lines.all.map { $0.constant(in: "outwardRelaxed") }))
    return (Tensor(relaxed.form), Tensor(relaxed.constant))
  }

  /// Moves the lines apart by a tolerance and by a rounding of each slope.
  private func widened(magnitude: Tensor, tolerance: Tensor) -> ActivationLines {
    func moved(_ intercept: Tensor, _ slope: Tensor, _ sign: Double) -> Tensor {
      let (m, t, s) = (magnitude.scalars, tolerance.scalars, slope.scalars)
      return Tensor(
        shape: intercept.shape,
        intercept.scalars.enumerated().map { i, value in
          let allowance = Double(t[i]) + abs(Double(s[i])) * Double(m[i]) * 0x1.02p-24
          let exact = Double(value) + sign * allowance
          return sign < 0 ? Float(exact).nextDown : Float(exact).nextUp
        })
    }
    var lines = self
    lines.lowerIntercept = moved(lowerIntercept, lowerSlope, -1)
    lines.upperIntercept = moved(upperIntercept, upperSlope, 1)
    return lines
  }

  /// The four tensors in the order of the properties, as inputs of an operation.
  var all: [Tensor] { [lowerSlope, lowerIntercept, upperSlope, upperIntercept] }
}

/// Returns lines around an activation on the intervals [center − radius, center + radius]
/// (``ActivationFunction``).
///
/// - Parameters:
///   - center: The centres of the pre-activation intervals, [batch, …], as their radii.
///   - slope: The rule for the lower slope of an undecided ReLU or leaky ReLU.
package func activationLines(
  _ function: ActivationFunction, center: Tensor, radius: Tensor, slope: ReLUSlope
) -> ActivationLines {
  let (kernels, c, r) = (center.device.relaxations, center.array, radius.array)
  let lines = kernels.lines(function, c, r, slope)
  return ActivationLines(
    recorded(lines.all, from: [center, radius]) { gradients in
      let d = kernels.linesGradient(
        function, c, r, slope, gradients: LineArrays(gradients.map { $0 ?? c.zeros }))
      return [d.center, d.radius]
    })
}

/// Returns a form that all examples share, copied for each of them; any other form as it is.
///
/// Operations call it for tracked forms: the examples' gradients differ, and the copying operation
/// adds them up.
func separated(_ form: Tensor, batch: Int) -> Tensor {
  form.shape[0] == 1 && batch != 1 ? form.repeated(batch) : form
}

/// Replaces an activation by its lines in lower-bounding forms [batch or 1, rows, n]: the step of
/// CROWN through an activation.
///
/// Where a coefficient is not negative the lower line takes the activation's place, else the upper
/// one; so the new form is below the old one wherever the lines hold.
///
/// - Returns: The forms over the pre-activation, [batch, rows, n], and what their constants gain,
///   [batch, rows].
package func relaxedForm(
  _ form: Tensor, _ lines: ActivationLines
) -> (form: Tensor, constant: Tensor) {
  let kernels = form.device.relaxations
  let isTracked = form.isTracked || lines.all.contains(where: \.isTracked)
  let form = isTracked ? separated(form, batch: lines.lowerSlope.shape[0]) : form
  let (f, arrays) = (form.array, LineArrays(lines.all.map(\.array)))
  let output = kernels.relax(f, arrays)
  let both = recorded([output.form, output.constant], from: [form] + lines.all) { gradients in
    let d = kernels.relaxGradient(
      f, arrays, formGradient: gradients[0] ?? output.form.zeros,
      constantGradient: gradients[1] ?? output.constant.zeros)
    return [d.form] + d.lines.all
  }
  return (both[0], both[1])
}

/// Does what ``relaxedForm(_:_:)`` does with the lines of ReLU on [center − radius, center +
/// radius] (CROWN, Zhang et al. 2018, table 2), in one pass: the lines are never stored for more
/// than one example.
///
/// The upper line of an unstable neuron is the chord u/(u − l)·(h − l); the lower one goes through
/// the origin, its slope chosen by `slope`.
///
/// - Parameters:
///   - form: Λ, [batch or 1, rows, n].
///   - center: The centres of the pre-activation intervals, [batch, n], as their radii.
/// - Returns: The forms over the pre-activation, [batch, rows, n], and what their constants gain,
///   [batch, rows].
package func relaxedReLUForm(
  _ form: Tensor, center: Tensor, radius: Tensor, slope: ReLUSlope
) -> (form: Tensor, constant: Tensor) {
  let kernels = form.device.relaxations
  let isTracked = form.isTracked || center.isTracked || radius.isTracked
  let form = isTracked ? separated(form, batch: center.shape[0]) : form
  let (f, c, r) = (form.array, center.array, radius.array)
  let output = kernels.relaxReLU(f, c, r, slope)
  let both = recorded([output.form, output.constant], from: [form, center, radius]) { gradients in
    let d = kernels.relaxReLUGradient(
      f, c, r, slope, formGradient: gradients[0] ?? output.form.zeros,
      constantGradient: gradients[1] ?? output.constant.zeros)
    return [d.form, d.center, d.radius]
  }
  return (both[0], both[1])
}
