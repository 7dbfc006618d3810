/// Lower and upper bounds of forms Λ·x over boxes, Λ·center ∓ |Λ|·radius, in one pass: twice
/// [batch, rows].
public func concretizedEnds(
  _ form: Tensor, center: Tensor, radius: Tensor
) -> (lower: Tensor, upper: Tensor) {
  let form = form.isTracked ? separated(form, batch: center.shape[0]) : form
  let output = BothEndsKernel.forward(form, center, radius)
  let both = recorded([output.lower, output.upper], from: [form, center, radius]) { gradients in
    let lower = gradients[0] ?? Tensor.zeros(output.lower.shape)
    let upper = gradients[1] ?? Tensor.zeros(output.upper.shape)
    let dForm =
      form.isTracked
      ? BothEndsKernel.formGradient(form, center, radius, lower: lower, upper: upper) : nil
    guard center.isTracked || radius.isTracked else { return [dForm, nil, nil] }
    let d = BothEndsKernel.boxGradients(form, lower: lower, upper: upper, shape: center.shape)
    return [dForm, d.center, d.radius]
  }
  return (both[0], both[1])
}
