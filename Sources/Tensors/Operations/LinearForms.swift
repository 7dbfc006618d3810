/// Lines around an activation on the pre-activation intervals of a batch, all [batch, …].
///
/// - Postcondition: lowerSlope·h ≤ activation(h) ≤ upperSlope·h + upperIntercept for every h in
///   the interval.
public struct ActivationLines: Sendable {
  public var lowerSlope: Tensor
  public var upperSlope: Tensor
  public var upperIntercept: Tensor
}

/// Lines around ReLU on [center − radius, center + radius] (CROWN, Zhang et al. 2018, table 2).
///
/// The upper line of an unstable neuron is the chord u/(u − l)·(h − l).
public func reluLines(center: Tensor, radius: Tensor, slope: ReLUSlope) -> ActivationLines {
  let lines = ReLURelaxationKernel.forward(center, radius, slope)
  let outputs = recorded(
    [lines.lowerSlope, lines.upperSlope, lines.upperIntercept], from: [center, radius]
  ) { gradients in
    let d = ReLURelaxationKernel.backward(
      center, radius, slope, lowerSlope: gradients[0],
      upperSlope: gradients[1] ?? Tensor.zeros(center.shape),
      upperIntercept: gradients[2] ?? Tensor.zeros(center.shape))
    return [d.center, d.radius]
  }
  return ActivationLines(
    lowerSlope: outputs[0], upperSlope: outputs[1], upperIntercept: outputs[2])
}

/// A form that all examples share, copied for each of them: their gradients differ.
private func separated(_ form: Tensor, batch: Int) -> Tensor {
  form.shape[0] == 1 && batch != 1 ? form.repeated(batch) : form
}

/// Replaces an activation by its lines in lower-bounding forms [batch or 1, rows, n].
///
/// - Returns: The forms over the pre-activation, [batch, rows, n], and what their constants
///   gain, [batch, rows].
public func relaxedForm(
  _ form: Tensor, _ lines: ActivationLines
) -> (form: Tensor, constant: Tensor) {
  let slopes = [lines.lowerSlope, lines.upperSlope, lines.upperIntercept]
  let isTracked = form.isTracked || slopes.contains(where: \.isTracked)
  let form = isTracked ? separated(form, batch: lines.lowerSlope.shape[0]) : form
  let output = LinearFormKernel.relax(
    form, lowerSlope: lines.lowerSlope, upperSlope: lines.upperSlope,
    upperIntercept: lines.upperIntercept)
  let both = recorded([output.form, output.constant], from: [form] + slopes) { gradients in
    let d = LinearFormKernel.relaxBackward(
      form, lowerSlope: lines.lowerSlope, upperSlope: lines.upperSlope,
      upperIntercept: lines.upperIntercept,
      formGradient: gradients[0] ?? Tensor.zeros(output.form.shape),
      constantGradient: gradients[1] ?? Tensor.zeros(output.constant.shape))
    return [d.form, d.lowerSlope, d.upperSlope, d.upperIntercept]
  }
  return (both[0], both[1])
}

/// ``relaxedForm(_:_:)`` with ``reluLines(center:radius:slope:)``, in one pass: the lines are never
/// stored for more than one example.
public func relaxedReLUForm(
  _ form: Tensor, center: Tensor, radius: Tensor, slope: ReLUSlope
) -> (form: Tensor, constant: Tensor) {
  let isTracked = form.isTracked || center.isTracked || radius.isTracked
  let form = isTracked ? separated(form, batch: center.shape[0]) : form
  let output = ReLUFormKernel.forward(form, center, radius, slope)
  let both = recorded([output.form, output.constant], from: [form, center, radius]) { gradients in
    let d = ReLUFormKernel.backward(
      form, center, radius, slope,
      formGradient: gradients[0] ?? Tensor.zeros(output.form.shape),
      constantGradient: gradients[1] ?? Tensor.zeros(output.constant.shape))
    return [d.form, d.center, d.radius]
  }
  return (both[0], both[1])
}

/// What a bias adds to the constants of forms over an affine map's output:
/// [batch, rows, positions × channels] and [channels] → [batch, rows].
public func formBias(_ form: Tensor, _ bias: Tensor) -> Tensor {
  recordedTerms(LinearFormKernel.dotBias(form, bias), from: [form, bias]) { gradient in
    let add = { (sum: inout Tensor) in LinearFormKernel.addBias(&sum, bias, times: gradient) }
    let make = {
      var spread = Tensor.zeros(form.shape)
      add(&spread)
      return spread
    }
    let dForm: GradientTerm? = form.isTracked ? .addition(make: make, add: add) : nil
    guard bias.isTracked else { return [dForm, nil] }
    let rows = gradient.count
    let weighted = MatrixKernel.product(
      gradient.viewed(as: [1, rows]), form.viewed(as: [rows, form.shape[2]]))
    let perChannel = MatrixKernel.columnSums(
      weighted.viewed(as: [weighted.count / bias.count, bias.count]))
    return [dForm, .value(perChannel.viewed(as: bias.shape))]
  }
}

/// Lower bounds of forms Λ·x over boxes: Λ·center − |Λ|·radius, [batch, rows].
public func concretized(_ form: Tensor, center: Tensor, radius: Tensor) -> Tensor {
  let form = form.isTracked ? separated(form, batch: center.shape[0]) : form
  let output = ConcretizationKernel.box(form, center, radius)
  return recorded(output, from: [form, center, radius]) { gradient in
    let dForm =
      form.isTracked
      ? ConcretizationKernel.boxFormGradient(form, center, radius, gradient) : nil
    guard center.isTracked || radius.isTracked else { return [dForm, nil, nil] }
    let d = ConcretizationKernel.boxSetGradients(form, gradient, shape: center.shape)
    return [dForm, d.center, d.radius]
  }
}

/// Lower bounds of forms Λ·x over balls of radius ε: Λ·center − ε·‖Λ‖ in the dual norm.
public func concretized(
  _ form: Tensor, center: Tensor, epsilon: Float, dual: DualNorm
) -> Tensor {
  let form = form.isTracked ? separated(form, batch: center.shape[0]) : form
  let output = ConcretizationKernel.ball(form, center, epsilon: epsilon, dual: dual)
  return recorded(output, from: [form, center]) { gradient in
    let dForm =
      form.isTracked
      ? ConcretizationKernel.ballFormGradient(
        form, center, epsilon: epsilon, dual: dual, gradient) : nil
    guard center.isTracked else { return [dForm, nil] }
    let d = ConcretizationKernel.boxSetGradients(form, gradient, shape: center.shape)
    return [dForm, d.center]
  }
}

/// Weighted sums of the rows of forms: weights [batch, rows], forms [batch, rows, n] →
/// [batch, 1, n].
public func combinedRows(_ form: Tensor, weights: Tensor) -> Tensor {
  let form = form.isTracked ? separated(form, batch: weights.shape[0]) : form
  let output = RowCombinationKernel.forward(form, weights)
  return recorded(output, from: [form, weights]) { gradient in
    [
      form.isTracked ? RowCombinationKernel.formGradient(form, weights, gradient) : nil,
      weights.isTracked ? RowCombinationKernel.weightGradient(form, gradient) : nil,
    ]
  }
}
