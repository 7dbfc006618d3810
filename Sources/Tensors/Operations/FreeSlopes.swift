import Relaxations

// What α-CROWN (Xu et al. 2021) needs: relaxations whose slopes are free in each row of a form.

/// Does what ``relaxedReLUForm(_:center:radius:slope:)`` does with lower slopes that are given for
/// each row of each form.
///
/// Every α in [0, 1] gives a lower line α·h ≤ max(h, 0), so the bound holds whatever the ascent
/// made of α, and the best α depends on the row.
///
/// - Parameters:
///   - form: Λ, [batch or 1, rows, n].
///   - center: The centres of the pre-activation intervals, [batch, n], as their radii; constants.
///   - alpha: α ∈ [0, 1], [batch, rows, n]: where l < 0 < u, the lower line of a row is α·h.
/// - Returns: The forms over the pre-activation, [batch, rows, n], and what their constants gain,
///   [batch, rows].
package func relaxedReLUForm(
  _ form: Tensor, center: Tensor, radius: Tensor, alpha: Tensor
) -> (form: Tensor, constant: Tensor) {
  let kernels = form.device.relaxations
  let form = checked(form, center, radius, alpha)
  let (f, c, r, a) = (form.array, center.array, radius.array, alpha.array)
  let output = kernels.relaxReLU(f, c, r, alpha: a)
  let both = recorded([output.form, output.constant], from: [form, alpha]) { gradients in
    let formGradient = gradients[0] ?? output.form.zeros
    let dForm =
      form.isTracked
      ? kernels.relaxReLUFormGradient(
        f, c, r, alpha: a, formGradient: formGradient,
        constantGradient: gradients[1] ?? output.constant.zeros) : nil
    let dAlpha =
      alpha.isTracked
      ? kernels.relaxReLUAlphaGradient(f, c, r, formGradient: formGradient) : nil
    return [dForm, dAlpha]
  }
  return (both[0], both[1])
}

/// Does what ``relaxedForm(_:_:)`` does with lines around an activation that are given by their
/// place among those that can be best: the lines of the function's convex hull on the interval.
///
/// - Parameters:
///   - form: Λ, [batch or 1, rows, n].
///   - center: The centres of the pre-activation intervals, [batch, n], as their radii; constants.
///   - alpha: In [0, 1], [batch, rows, n]: the slope, from what the hull's lower side has at the
///     interval's lower end to what it has at the other; where a coefficient is negative, from what
///     its upper side has at the upper end to what it has at the other.
/// - Returns: The forms over the pre-activation, [batch, rows, n], and what their constants gain,
///   [batch, rows].
package func relaxedForm(
  _ form: Tensor, _ function: ActivationFunction, center: Tensor, radius: Tensor, alpha: Tensor
) -> (form: Tensor, constant: Tensor) {
  let kernels = form.device.relaxations
  let form = checked(form, center, radius, alpha)
  let (f, c, r, a) = (form.array, center.array, radius.array, alpha.array)
  let output = kernels.relax(function, f, c, r, alpha: a)
  let both = recorded([output.form, output.constant], from: [form, alpha]) { gradients in
    let d = kernels.relaxGradient(
      function, f, c, r, alpha: a, formGradient: gradients[0] ?? output.form.zeros,
      constantGradient: gradients[1] ?? output.constant.zeros)
    return [form.isTracked ? d.form : nil, d.alpha]
  }
  return (both[0], both[1])
}

/// Returns the form, copied for each example if it has a gradient. It traps on shapes that do not
/// fit, and on intervals that are tracked.
private func checked(
  _ form: Tensor, _ center: Tensor, _ radius: Tensor, _ alpha: Tensor
) -> Tensor {
  let shape = [center.shape[0]] + form.shape.dropFirst()
  precondition(alpha.shape == shape, "slopes \(alpha.shape) for forms \(shape)")
  center.requireConstant(in: "a form with free slopes (center:)")
  radius.requireConstant(in: "a form with free slopes (radius:)")
  return form.isTracked ? separated(form, batch: shape[0]) : form
}
