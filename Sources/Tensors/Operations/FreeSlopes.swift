import CKernels
import Relaxations

// What α-CROWN (Xu et al. 2021) needs: relaxations whose slopes are free in each row of a form.

/// ``relaxedReLUForm(_:center:radius:slope:)`` with lower slopes that are given.
///
/// - Parameters:
///   - center, radius: The pre-activation intervals, [batch, n]; constants.
///   - alpha: α ∈ [0, 1], [batch, rows, n]: where l < 0 < u, the lower line of a row is α·h.
/// - Returns: The forms over the pre-activation, [batch, rows, n], and what their constants
///   gain, [batch, rows].
public func relaxedReLUForm(
  _ form: Tensor, center: Tensor, radius: Tensor, alpha: Tensor
) -> (form: Tensor, constant: Tensor) {
  let form = checked(form, center, radius, alpha)
  let output = FreeReLUFormKernel.forward(form, center, radius, alpha)
  let both = recorded([output.form, output.constant], from: [form, alpha]) { gradients in
    let formGradient = gradients[0] ?? Tensor.zeros(output.form.shape)
    let dForm =
      form.isTracked
      ? FreeReLUFormKernel.formGradient(
        form, center, radius, alpha, formGradient: formGradient,
        constantGradient: gradients[1] ?? Tensor.zeros(output.constant.shape)) : nil
    let dAlpha =
      alpha.isTracked
      ? FreeReLUFormKernel.alphaGradient(form, center, radius, formGradient: formGradient) : nil
    return [dForm, dAlpha]
  }
  return (both[0], both[1])
}

/// ``relaxedForm(_:_:)`` with lines around an activation that are given by their place among those
/// that can be best: the lines of the function's convex hull on the interval.
///
/// - Parameters:
///   - center, radius: The pre-activation intervals, [batch, n]; constants.
///   - alpha: In [0, 1], [batch, rows, n]: the slope, from what the hull's lower side has at the
///     interval's lower end to what it has at the other; where a coefficient is negative, from what
///     its upper side has at the upper end to what it has at the other.
public func relaxedForm(
  _ form: Tensor, _ function: ActivationFunction, center: Tensor, radius: Tensor, alpha: Tensor
) -> (form: Tensor, constant: Tensor) {
  let form = checked(form, center, radius, alpha)
  let output = FreeActivationFormKernel.forward(function, form, center, radius, alpha)
  let both = recorded([output.form, output.constant], from: [form, alpha]) { gradients in
    let d = FreeActivationFormKernel.backward(
      function, form, center, radius, alpha,
      formGradient: gradients[0] ?? Tensor.zeros(output.form.shape),
      constantGradient: gradients[1] ?? Tensor.zeros(output.constant.shape))
    return [form.isTracked ? d.form : nil, d.alpha]
  }
  return (both[0], both[1])
}

/// The form, for each example by itself if it has a gradient. Traps on shapes that do not fit.
private func checked(
  _ form: Tensor, _ center: Tensor, _ radius: Tensor, _ alpha: Tensor
) -> Tensor {
  let shape = [center.shape[0]] + form.shape.dropFirst()
  precondition(alpha.shape == shape, "slopes \(alpha.shape) for forms \(shape)")
  precondition(!center.isTracked && !radius.isTracked, "intervals are constants here")
  return form.isTracked ? separated(form, batch: shape[0]) : form
}

extension Tensor {
  /// Moves each number to the nearest one in [0, 1], NaN to 0. Not differentiable.
  public mutating func clampToUnitInterval() {
    let count = self.count
    withUnsafeMutableScalars { scalars in
      let start = scalars.baseAddress!
      parallelRanges(count, work: count) { range in
        ck_clamp_unit(start + range.lowerBound, range.count)
      }
    }
  }

  /// The larger of two numbers, elementwise; NaN where either is. Not differentiable.
  public func larger(_ other: Tensor) -> Tensor {
    ElementwiseKernel.zip(self, other) { $0 > $1 || $0.isNaN ? $0 : $1 }
  }
}
