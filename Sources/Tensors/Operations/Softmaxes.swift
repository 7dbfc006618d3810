/// exp(x_i)/Σ exp(x_j) for each row of [batch, n].
public func softmax(_ x: Tensor) -> Tensor {
  let output = SoftmaxKernel.forward(x)
  return recorded(output, from: [x]) { [SoftmaxKernel.backward(output, $0)] }
}

/// x_i − log Σ exp(x_j) for each row of [batch, n].
public func logSoftmax(_ x: Tensor) -> Tensor {
  let output = SoftmaxKernel.logForward(x)
  return recorded(output, from: [x]) { [SoftmaxKernel.logBackward(output, $0)] }
}

/// Softmax, or its logarithm.
public enum SoftmaxScale: Sendable {
  case probability, logarithm
}

/// Softmax of the boxes [center − radius, center + radius], both [batch, n]; constants.
///
/// - Postcondition: the result, computed with outward rounding, holds the softmax of every vector
///   in the box. NaN where the box is not finite.
public func intervalSoftmax(
  _ scale: SoftmaxScale, center: Tensor, radius: Tensor
) -> (center: Tensor, radius: Tensor) {
  precondition(!center.isTracked && !radius.isTracked, "intervals are constants here")
  return SoftmaxIntervalKernel.forward(scale, center, radius)
}

/// Replaces softmax, or its logarithm, by planes in lower-bounding forms [batch or 1, rows, n].
///
/// - Parameters:
///   - center, radius: The boxes of the logits, [batch, n]; constants.
/// - Returns: The forms over the logits, [batch, rows, n], and what their constants gain,
///   [batch, rows].
public func relaxedSoftmaxForm(
  _ form: Tensor, _ scale: SoftmaxScale, center: Tensor, radius: Tensor
) -> (form: Tensor, constant: Tensor) {
  precondition(!center.isTracked && !radius.isTracked, "intervals are constants here")
  let form = form.isTracked ? separated(form, batch: center.shape[0]) : form
  let output = SoftmaxFormKernel.forward(scale, form, center, radius)
  let both = recorded([output.form, output.constant], from: [form]) { gradients in
    [
      SoftmaxFormKernel.backward(
        scale, form, center, radius, formGradient: gradients[0] ?? .zeros(output.form.shape),
        constantGradient: gradients[1] ?? .zeros(output.constant.shape))
    ]
  }
  return (both[0], both[1])
}
