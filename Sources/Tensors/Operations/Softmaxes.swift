/// Returns exp(x_i)/Σ exp(x_j) for each row of [batch, n], computed in Double.
package func softmax(_ x: Tensor) -> Tensor { softmax(.probability, x) }

/// Returns x_i − log Σ exp(x_j) for each row of [batch, n], computed in Double. Unlike the
/// logarithm of ``softmax(_:)`` it stays exact where a probability is tiny.
package func logSoftmax(_ x: Tensor) -> Tensor { softmax(.logarithm, x) }

/// Returns either of both. The pullback keeps the output only, not the logits.
private func softmax(_ scale: SoftmaxScale, _ x: Tensor) -> Tensor {
  let kernels = x.device.matrices
  let output = kernels.softmax(scale, x.array)
  return recorded(output, from: [x]) { [kernels.softmaxGradient(scale, output: output, $0)] }
}

/// Returns boxes that hold the softmax, or its logarithm, of the boxes [center − radius, center +
/// radius], both [batch, n]. Operands and results are constants.
///
/// - Postcondition: The result, computed with outward rounding, holds the softmax of every vector
///   in the box. It is NaN where the box is not finite.
package func intervalSoftmax(
  _ scale: SoftmaxScale, center: Tensor, radius: Tensor
) -> (center: Tensor, radius: Tensor) {
  let box = center.device.relaxations.intervalSoftmax(
    scale, center.constant(in: "intervalSoftmax"), radius.constant(in: "intervalSoftmax"))
  return (Tensor(box.center), Tensor(box.radius))
}

/// Replaces softmax, or its logarithm, by planes in lower-bounding forms [batch or 1, rows, n].
///
/// Each element of a softmax has planes below and above it on the box (``SoftmaxPlanes``), of which
/// a coefficient takes the one or the other by its sign. Of the logarithm only log Σ exp(z) is not
/// linear, and the sum of a row's coefficients decides on its plane.
///
/// - Parameters:
///   - center: The centres of the boxes of the logits, [batch, n], as their radii; constants.
/// - Returns: The forms over the logits, [batch, rows, n], and what their constants gain, [batch,
///   rows].
package func relaxedSoftmaxForm(
  _ form: Tensor, _ scale: SoftmaxScale, center: Tensor, radius: Tensor
) -> (form: Tensor, constant: Tensor) {
  let kernels = form.device.relaxations
  let c = center.constant(in: "relaxedSoftmaxForm(center:)")
  let r = radius.constant(in: "relaxedSoftmaxForm(radius:)")
  let form = form.isTracked ? separated(form, batch: center.shape[0]) : form
  let f = form.array
  let output = kernels.relaxSoftmax(scale, f, c, r)
  let both = recorded([output.form, output.constant], from: [form]) { gradients in
    [
      kernels.relaxSoftmaxGradient(
        scale, f, c, r, formGradient: gradients[0] ?? output.form.zeros,
        constantGradient: gradients[1] ?? output.constant.zeros)
    ]
  }
  return (both[0], both[1])
}
