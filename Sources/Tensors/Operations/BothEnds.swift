/// Returns the least and the largest values of forms Λ·x over boxes, Λ·center − |Λ|·radius and
/// Λ·center + |Λ|·radius, in one pass over the coefficients: twice [batch, rows].
///
/// It does the work of two calls of ``concretized(_:center:radius:)``, one of them with −Λ.
///
/// - Parameters:
///   - form: Λ, [batch or 1, rows, n].
///   - center: The boxes' centres, [batch, n], as their radii.
package func concretizedEnds(
  _ form: Tensor, center: Tensor, radius: Tensor
) -> (lower: Tensor, upper: Tensor) {
  let kernels = form.device.forms
  let form = form.isTracked ? separated(form, batch: center.shape[0]) : form
  let (f, c, r) = (form.array, center.array, radius.array)
  let output = kernels.bothEnds(f, center: c, radius: r)
  let both = recorded([output.lower, output.upper], from: [form, center, radius]) { gradients in
    let lower = gradients[0] ?? output.lower.zeros
    let upper = gradients[1] ?? output.upper.zeros
    let dForm =
      form.isTracked
      ? kernels.bothEndsFormGradient(f, center: c, radius: r, lower: lower, upper: upper) : nil
    guard center.isTracked || radius.isTracked else { return [dForm, nil, nil] }
    let d = kernels.bothEndsBoxGradients(f, lower: lower, upper: upper, shape: c.shape)
    return [dForm, d.center, d.radius]
  }
  return (both[0], both[1])
}
