import Relaxations

/// Lines around an activation on the pre-activation intervals of a batch, all [batch, …].
///
/// - Postcondition: lowerSlope·h + lowerIntercept ≤ activation(h) ≤ upperSlope·h + upperIntercept
///   for every h in the interval.
package struct ActivationLines: Sendable {
  package var lowerSlope: Tensor
  package var lowerIntercept: Tensor
  package var upperSlope: Tensor
  package var upperIntercept: Tensor

  package init(
    lowerSlope: Tensor, lowerIntercept: Tensor, upperSlope: Tensor, upperIntercept: Tensor
  ) {
    self.lowerSlope = lowerSlope
    self.lowerIntercept = lowerIntercept
    self.upperSlope = upperSlope
    self.upperIntercept = upperIntercept
  }

  init(_ tensors: [Tensor]) {
    self.init(
      lowerSlope: tensors[0], lowerIntercept: tensors[1], upperSlope: tensors[2],
      upperIntercept: tensors[3])
  }

  var all: [Tensor] { [lowerSlope, lowerIntercept, upperSlope, upperIntercept] }
}

/// Lines around an activation on [center − radius, center + radius] (``ActivationFunction``).
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

/// A form that all examples share, copied for each of them: their gradients differ.
func separated(_ form: Tensor, batch: Int) -> Tensor {
  form.shape[0] == 1 && batch != 1 ? form.repeated(batch) : form
}

/// Replaces an activation by its lines in lower-bounding forms [batch or 1, rows, n].
///
/// - Returns: The forms over the pre-activation, [batch, rows, n], and what their constants
///   gain, [batch, rows].
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

/// ``relaxedForm(_:_:)`` with the lines of ReLU on [center − radius, center + radius] (CROWN, Zhang
/// et al. 2018, table 2), in one pass: the lines are never stored for more than one example.
///
/// The upper line of an unstable neuron is the chord u/(u − l)·(h − l); the lower one goes through
/// the origin, its slope chosen by `slope`.
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
