import Relaxations

/// Lines around an activation on the pre-activation intervals of a batch, all [batch, …].
///
/// - Postcondition: lowerSlope·h + lowerIntercept ≤ activation(h) ≤ upperSlope·h + upperIntercept
///   for every h in the interval.
public struct ActivationLines: Sendable {
  public var lowerSlope: Tensor
  public var lowerIntercept: Tensor
  public var upperSlope: Tensor
  public var upperIntercept: Tensor

  public init(
    lowerSlope: Tensor, lowerIntercept: Tensor, upperSlope: Tensor, upperIntercept: Tensor
  ) {
    self.lowerSlope = lowerSlope
    self.lowerIntercept = lowerIntercept
    self.upperSlope = upperSlope
    self.upperIntercept = upperIntercept
  }

  /// Four tensors of zeros, each with memory of its own.
  init(zerosOf shape: [Int]) {
    self.init(
      lowerSlope: .zeros(shape), lowerIntercept: .zeros(shape), upperSlope: .zeros(shape),
      upperIntercept: .zeros(shape))
  }

  init(_ tensors: [Tensor]) {
    self.init(
      lowerSlope: tensors[0], lowerIntercept: tensors[1], upperSlope: tensors[2],
      upperIntercept: tensors[3])
  }

  var all: [Tensor] { [lowerSlope, lowerIntercept, upperSlope, upperIntercept] }
}

/// Lines around an activation on [center − radius, center + radius] (``ActivationFunction``).
public func activationLines(
  _ function: ActivationFunction, center: Tensor, radius: Tensor, slope: ReLUSlope
) -> ActivationLines {
  let lines = ActivationKernel.lines(function, center, radius, slope)
  return ActivationLines(
    recorded(lines.all, from: [center, radius]) { gradients in
      let d = ActivationKernel.linesBackward(
        function, center, radius, slope,
        gradients: ActivationLines(gradients.map { $0 ?? .zeros(center.shape) }))
      return [d.center, d.radius]
    })
}

/// A form that all examples share, copied for each of them: their gradients differ.
func separated(_ form: Tensor, batch: Int) -> Tensor {
  form.shape[0] == 1 && batch != 1 ? form.repeated(batch) : form
}

/// Replaces an activation by its lines in lower-bounding forms [batch or 1, rows, n].
///
/// - Returns: The forms over the pre-activation, [batch, rows, n], and what their constants
///   gain, [batch, rows].
public func relaxedForm(
  _ form: Tensor, _ lines: ActivationLines
) -> (form: Tensor, constant: Tensor) {
  let isTracked = form.isTracked || lines.all.contains(where: \.isTracked)
  let form = isTracked ? separated(form, batch: lines.lowerSlope.shape[0]) : form
  let output = LinearFormKernel.relax(form, lines)
  let both = recorded([output.form, output.constant], from: [form] + lines.all) { gradients in
    let d = LinearFormKernel.relaxBackward(
      form, lines, formGradient: gradients[0] ?? Tensor.zeros(output.form.shape),
      constantGradient: gradients[1] ?? Tensor.zeros(output.constant.shape))
    return [d.form] + d.lines.all
  }
  return (both[0], both[1])
}

/// ``relaxedForm(_:_:)`` with the lines of ReLU on [center − radius, center + radius] (CROWN, Zhang
/// et al. 2018, table 2), in one pass: the lines are never stored for more than one example.
///
/// The upper line of an unstable neuron is the chord u/(u − l)·(h − l); the lower one goes through
/// the origin, its slope chosen by `slope`.
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
