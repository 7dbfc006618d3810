import Relaxations

/// Lines and planes in place of layers that are not linear, in forms Λ [batch, rows, n].
///
/// A form is a lower bound: where Λ ≥ 0 the lower line is taken, elsewhere the upper one. A form
/// [1, rows, n] is shared by all examples of the boxes' batch; gradients need one for each example.
/// Boxes are centre and radius, both [batch, …]. A result is the form over the layer's input and
/// what the form's constant gains, [batch, rows]. An intercept counts even where Λ is 0, so that NaN
/// does not vanish there.
package protocol RelaxationKernels: Sendable {
  // MARK: Given lines

  /// Λ' = Λ⁺·lowerSlope + Λ⁻·upperSlope; the constant gains Σ Λ⁺·lowerIntercept + Λ⁻·upperIntercept.
  func relax(
    _ form: DeviceArray, _ lines: LineArrays
  ) -> (form: DeviceArray, constant: DeviceArray)

  func relaxGradient(
    _ form: DeviceArray, _ lines: LineArrays, formGradient: DeviceArray,
    constantGradient: DeviceArray
  ) -> (form: DeviceArray, lines: LineArrays)

  // MARK: ReLU

  /// The lines of ReLU on the box, computed on the way: the chord above, and below the line through
  /// the origin that `slope` chooses.
  func relaxReLU(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ slope: ReLUSlope
  ) -> (form: DeviceArray, constant: DeviceArray)

  func relaxReLUGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ slope: ReLUSlope,
    formGradient: DeviceArray, constantGradient: DeviceArray
  ) -> (form: DeviceArray, center: DeviceArray, radius: DeviceArray)

  /// The same with the lower slope α [batch, rows, n] of each row, read where l < 0 < u.
  func relaxReLU(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, alpha: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray)

  func relaxReLUFormGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, alpha: DeviceArray,
    formGradient: DeviceArray, constantGradient: DeviceArray
  ) -> DeviceArray

  /// 0 where the neuron is decided or Λ is negative.
  func relaxReLUAlphaGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, formGradient: DeviceArray
  ) -> DeviceArray

  // MARK: Other activations

  /// Lines around an activation, in Double; intercepts are rounded outwards.
  func lines(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray,
    _ slope: ReLUSlope
  ) -> LineArrays

  func linesGradient(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray,
    _ slope: ReLUSlope, gradients: LineArrays
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Each row chooses its lines by α ∈ [0, 1], [batch, rows, n] (``FreeSlope``).
  func relax(
    _ function: ActivationFunction, _ form: DeviceArray, _ center: DeviceArray,
    _ radius: DeviceArray, alpha: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray)

  func relaxGradient(
    _ function: ActivationFunction, _ form: DeviceArray, _ center: DeviceArray,
    _ radius: DeviceArray, alpha: DeviceArray, formGradient: DeviceArray,
    constantGradient: DeviceArray
  ) -> (form: DeviceArray, alpha: DeviceArray)

  // MARK: Max pooling

  /// Forms over the windows' maxima become forms over the image [H, W, C]; boxes are [batch, H·W·C].
  func relaxMaxPool(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, image: [Int],
    _ window: PoolingWindow
  ) -> (form: DeviceArray, constant: DeviceArray)

  func relaxMaxPoolGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, image: [Int],
    _ window: PoolingWindow, formGradient: DeviceArray, constantGradient: DeviceArray
  ) -> (form: DeviceArray, center: DeviceArray, radius: DeviceArray)

  // MARK: Softmax

  /// Boxes that hold softmax, or its logarithm, on boxes [batch, n], rounded outwards; NaN where a
  /// box is not finite.
  func intervalSoftmax(
    _ scale: SoftmaxScale, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Planes in place of softmax, in Double; a constant is lowered by what rounding of its form can
  /// cost on the box.
  func relaxSoftmax(
    _ scale: SoftmaxScale, _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray)

  /// The gradient of the form; boxes are constants.
  func relaxSoftmaxGradient(
    _ scale: SoftmaxScale, _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray,
    formGradient: DeviceArray, constantGradient: DeviceArray
  ) -> DeviceArray
}
