/// Adds multiples of z − p to forms, at some scalars z of the value that they are over.
///
/// With Λ' the new coefficients, the constants gain −Σ (Λ' − Λ)·p, rounded down, so that the sum of
/// form and constant gains multiples of z − p exactly, in spite of rounding: what counts is the
/// difference of the coefficients, whatever the product was.
///
/// - Parameters:
///   - form: Λ, [batch or 1, rows, n].
///   - multipliers: [batch, rows, places.count].
///   - weights: Factors of the multipliers, of their shape; constants. Their signs say which side
///     of p the scalar is on.
///   - places: The scalars and their points.
/// - Returns: The forms, [batch, rows, n], and what their constants gain, [batch, rows].
package func multiplied(
  _ form: Tensor, by multipliers: Tensor, weights: Tensor, at places: MultiplierPlaces
) -> (form: Tensor, constant: Tensor) {
  precondition(
    multipliers.shape == weights.shape && multipliers.shape.count == 3
      && multipliers.shape[2] == places.count && multipliers.shape[0] == places.batch
      && multipliers.shape[1] == form.shape[1],
    "multipliers \(multipliers.shape) with weights \(weights.shape) for forms \(form.shape)")
  let kernels = form.device.forms
  let form = form.isTracked ? separated(form, batch: places.batch) : form
  let w = weights.constant(in: "multiplied(_:by:weights:at:)")
  let output = kernels.multiplied(form.array, by: multipliers.array, weights: w, at: places)
  let both = recorded([output.form, output.constant], from: [form, multipliers]) { gradients in
    let formGradient = gradients[0] ?? output.form.zeros
    return [
      form.isTracked ? formGradient : nil,
      multipliers.isTracked
        ? kernels.multiplierGradient(
          weights: w, at: places, formGradient: formGradient,
          constantGradient: gradients[1] ?? output.constant.zeros) : nil,
    ]
  }
  return (both[0], both[1])
}
