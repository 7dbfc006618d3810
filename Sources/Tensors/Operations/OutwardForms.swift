import Relaxations

// Linear forms that hold in spite of rounding (``OutwardKernels``). None of these is differentiable.

/// A form over a layer's input, and at most what its constant gains.
package typealias FormAndConstant = (form: Tensor, constant: Tensor)

/// Returns at most a + b − less, for constants [batch or 1, rows] and numbers [batch].
package func outwardSum(_ a: Tensor, _ b: Tensor, less: Tensor? = nil) -> Tensor {
  Tensor(
    a.device.outward.sum(
      a.constant(in: "outwardSum"), b.constant(in: "outwardSum"),
      less: less?.constant(in: "outwardSum")))
}

/// Returns at most the least values of forms Λ·x over boxes: [batch, rows].
///
/// - Parameters:
///   - form: Λ, [batch or 1, rows, n].
///   - center: [batch or 1, n], as the radius.
package func outwardBounds(_ form: Tensor, center: Tensor, radius: Tensor) -> Tensor {
  Tensor(
    form.device.outward.lowerBounds(
      form.constant(in: "outwardBounds"), center: center.constant(in: "outwardBounds"),
      radius: radius.constant(in: "outwardBounds")))
}

/// Returns at most Λ·offset − |Λ|·noise, [batch, rows], where |offset| ≤ 2²² · noise.
package func outwardBounds(_ form: Tensor, offset: Tensor, noise: Tensor) -> Tensor {
  Tensor(
    form.device.outward.lowerBounds(
      form.constant(in: "outwardBounds"), offset: offset.constant(in: "outwardBounds"),
      noise: noise.constant(in: "outwardBounds")))
}

/// Returns at most −ε·‖Λ‖ in the dual norm, [batch, rows].
package func outwardBounds(_ form: Tensor, epsilon: Float, dual: DualNorm) -> Tensor {
  Tensor(
    form.device.outward.lowerBounds(
      form.constant(in: "outwardBounds"), epsilon: epsilon, dual: dual))
}

/// Replaces ReLU by its lines in forms; the lower slopes are those of a rule.
package func outwardReLUForm(
  _ form: Tensor, center: Tensor, radius: Tensor, slope: ReLUSlope
) -> FormAndConstant {
  tensors(
    form.device.outward.relaxReLU(
      form.constant(in: "outwardReLUForm"), center.constant(in: "outwardReLUForm"),
      radius.constant(in: "outwardReLUForm"), slope))
}

/// The same with lower slopes of each row, [batch, rows, n] in [0, 1].
package func outwardReLUForm(
  _ form: Tensor, center: Tensor, radius: Tensor, alpha: Tensor
) -> FormAndConstant {
  tensors(
    form.device.outward.relaxReLU(
      form.constant(in: "outwardReLUForm"), center.constant(in: "outwardReLUForm"),
      radius.constant(in: "outwardReLUForm"), alpha: alpha.constant(in: "outwardReLUForm")))
}

/// Replaces a function by its lines in forms, where `deployed` by lines around what a runtime
/// computes for it.
package func outwardForm(
  _ form: Tensor, _ function: ActivationFunction, center: Tensor, radius: Tensor,
  slope: ReLUSlope, deployed: Bool
) -> FormAndConstant {
  let kernels = form.device.outward
  let lines = kernels.lines(
    function, center.constant(in: "outwardForm"), radius.constant(in: "outwardForm"), slope,
    deployed: deployed)
  return tensors(kernels.relax(form.constant(in: "outwardForm"), lines))
}

/// The same with positions among the lines of the function's hull for each row, [batch, rows, n] in
/// [0, 1].
package func outwardForm(
  _ form: Tensor, _ function: ActivationFunction, center: Tensor, radius: Tensor,
  alpha: Tensor, deployed: Bool
) -> FormAndConstant {
  tensors(
    form.device.outward.relax(
      function, form.constant(in: "outwardForm"), center.constant(in: "outwardForm"),
      radius.constant(in: "outwardForm"), alpha: alpha.constant(in: "outwardForm"),
      deployed: deployed))
}

/// Replaces max(x, 0) + slope·min(x, 0) by lines in forms, with slopes [channels].
package func outwardForm(
  _ form: Tensor, slopes: Tensor, center: Tensor, radius: Tensor, slope: ReLUSlope, deployed: Bool
) -> FormAndConstant {
  let kernels = form.device.outward
  let lines = kernels.lines(
    slopes: slopes.constant(in: "outwardForm"), center.constant(in: "outwardForm"),
    radius.constant(in: "outwardForm"), slope, deployed: deployed)
  return tensors(kernels.relax(form.constant(in: "outwardForm"), lines))
}

/// The same with positions among the lines of each hull for each row, [batch, rows, n] in [0, 1].
package func outwardForm(
  _ form: Tensor, slopes: Tensor, center: Tensor, radius: Tensor, alpha: Tensor, deployed: Bool
) -> FormAndConstant {
  tensors(
    form.device.outward.relax(
      slopes: slopes.constant(in: "outwardForm"), form.constant(in: "outwardForm"),
      center.constant(in: "outwardForm"), radius.constant(in: "outwardForm"),
      alpha: alpha.constant(in: "outwardForm"), deployed: deployed))
}

/// Replaces max pooling over an image [H, W, C] by lines in forms.
package func outwardMaxPoolForm(
  _ form: Tensor, center: Tensor, radius: Tensor, image: [Int], _ window: PoolingWindow
) -> FormAndConstant {
  tensors(
    form.device.outward.relaxMaxPool(
      form.constant(in: "outwardMaxPoolForm"), center.constant(in: "outwardMaxPoolForm"),
      radius.constant(in: "outwardMaxPoolForm"), image: image, window))
}

private func tensors(
  _ arrays: (form: DeviceArray, constant: DeviceArray)
) -> FormAndConstant { (Tensor(arrays.form), Tensor(arrays.constant)) }
