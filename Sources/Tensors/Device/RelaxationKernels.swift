import Relaxations

/// Lines and planes in place of layers that are not linear, in linear forms: the backward step of
/// CROWN (Zhang et al. 2018) through everything that is no affine map.
///
/// A form Λ [batch, rows, n] bounds some numbers from below by Λ·y + constant, where y are the
/// outputs of a layer. Each kernel replaces y by a line or plane of the layer's input h, such that
/// the form over h is a lower bound too: where Λ ≥ 0 it takes a lower line, elsewhere an upper one.
/// The result is the form over h and what the form's constant gains, [batch, rows]. Upper bounds
/// are lower bounds of the negated form.
///
/// The lines hold for every h in a box, which is centre and radius, both [batch, …]: the
/// pre-activation bounds of the layer. A form [1, rows, n] is shared by all examples of the boxes'
/// batch; gradients need one for each example.
///
/// An intercept counts even where Λ is 0, so that NaN does not vanish there: 0 · NaN is NaN, and a
/// bound that is NaN certifies nothing.
///
/// Gradient kernels take the gradients of both results. Those of ReLU and of max pooling reach the
/// boxes too, and those of given lines do so through the lines, since training differentiates
/// through pre-activation bounds. Those of free slopes and of softmax take the boxes as constants.
package protocol RelaxationKernels: Sendable {
  // MARK: Given lines

  /// Substitutes given lines for an activation.
  ///
  /// With Λ⁺ = max(Λ, 0) and Λ⁻ = min(Λ, 0) the form becomes Λ' = Λ⁺·lowerSlope + Λ⁻·upperSlope,
  /// and the constant gains Σ Λ⁺·lowerIntercept + Λ⁻·upperIntercept.
  func relax(
    _ form: DeviceArray, _ lines: LineArrays
  ) -> (form: DeviceArray, constant: DeviceArray)

  /// Returns the gradients of the form and of the four line arrays, the latter summed over the rows
  /// of an example.
  ///
  /// A coefficient of 0 takes the lower line, and moves neither line.
  func relaxGradient(
    _ form: DeviceArray, _ lines: LineArrays, formGradient: DeviceArray,
    constantGradient: DeviceArray
  ) -> (form: DeviceArray, lines: LineArrays)

  // MARK: ReLU

  /// Substitutes the lines of ReLU on a box, which are computed on the way and never stored for
  /// more than one example.
  ///
  /// With l = c − r and u = c + r: the identity where l ≥ 0, zero where u ≤ 0. Between, the chord
  /// u/(u − l)·(h − l) lies above, and below a line through the origin whose slope is what the rule
  /// chooses.
  func relaxReLU(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ slope: ReLUSlope
  ) -> (form: DeviceArray, constant: DeviceArray)

  /// Returns the gradients of form, centre and radius. The chord moves with both ends of the box.
  /// The lower slope moves only under the rule ``ReLUSlope/same``, where it is the chord's; the
  /// other rules choose a constant.
  func relaxReLUGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ slope: ReLUSlope,
    formGradient: DeviceArray, constantGradient: DeviceArray
  ) -> (form: DeviceArray, center: DeviceArray, radius: DeviceArray)

  /// Substitutes the lines of ReLU with a lower slope for each row of each form, as α-CROWN
  /// optimises them (Xu et al. 2021).
  ///
  /// - Parameter alpha: The slope α ∈ [0, 1] of the lower line α·h, [batch, rows, n]; it is read
  ///   where l < 0 < u only.
  func relaxReLU(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, alpha: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray)

  /// Returns the gradient of the form, with the boxes and the slopes as constants.
  func relaxReLUFormGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, alpha: DeviceArray,
    formGradient: DeviceArray, constantGradient: DeviceArray
  ) -> DeviceArray

  /// Returns the gradient of the free slopes, [batch, rows, n]: Λ⁺ times the gradient of the
  /// resulting form. It is 0 where the neuron is decided or Λ is not positive, since no lower line
  /// with a free slope is in use there.
  func relaxReLUAlphaGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, formGradient: DeviceArray
  ) -> DeviceArray

  // MARK: Other activations

  /// Returns lines around an activation on boxes, computed in Double.
  ///
  /// Slopes are rounded to Float before their intercepts are computed, and the intercepts are
  /// rounded outwards, so that the stored lines hold up to errors in the last bits of a Double
  /// (``ActivationRelaxation``).
  ///
  /// - Parameter slope: The rule for the lower slope of an undecided ReLU or leaky ReLU. Other
  ///   functions choose their slopes without it.
  func lines(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray,
    _ slope: ReLUSlope
  ) -> LineArrays

  /// Returns the gradients of centre and radius for those of the four line arrays.
  func linesGradient(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray,
    _ slope: ReLUSlope, gradients: LineArrays
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Substitutes lines for an activation where each row chooses its lines from those of the
  /// function's convex hull on the box (``Hull``).
  ///
  /// - Parameter alpha: A position in [0, 1] for each coefficient, [batch, rows, n], between the
  ///   first and the last slope of the hull's lower side where Λ ≥ 0, else of its upper side. Every
  ///   position gives a line that holds.
  func relax(
    _ function: ActivationFunction, _ form: DeviceArray, _ center: DeviceArray,
    _ radius: DeviceArray, alpha: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray)

  /// Returns the gradients of the form and of the positions, with the boxes as constants. An
  /// intercept changes by −h times what its slope does, where h is the point at which the line
  /// touches the function.
  func relaxGradient(
    _ function: ActivationFunction, _ form: DeviceArray, _ center: DeviceArray,
    _ radius: DeviceArray, alpha: DeviceArray, formGradient: DeviceArray,
    constantGradient: DeviceArray
  ) -> (form: DeviceArray, alpha: DeviceArray)

  // MARK: Max pooling

  /// Substitutes lines over single elements of the windows for max pooling (``MaxPoolRelaxation``):
  /// forms over the windows' maxima, [batch or 1, rows, H'·W'·C], become forms over the image.
  ///
  /// - Parameters:
  ///   - center: The centres of the boxes of the image's scalars, [batch, H·W·C].
  ///   - image: [H, W, C].
  /// - Returns: The form over the image, [batch, rows, H·W·C], and what the constant gains.
  func relaxMaxPool(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, image: [Int],
    _ window: PoolingWindow
  ) -> (form: DeviceArray, constant: DeviceArray)

  /// Returns the gradients of form, centre and radius. Which elements bound a maximum is a
  /// constant; the upper line moves with the ends of the intervals that it goes through.
  func relaxMaxPoolGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, image: [Int],
    _ window: PoolingWindow, formGradient: DeviceArray, constantGradient: DeviceArray
  ) -> (form: DeviceArray, center: DeviceArray, radius: DeviceArray)

  // MARK: Softmax

  /// Returns boxes that hold softmax, or its logarithm, of every point of boxes [batch, n], rounded
  /// outwards.
  ///
  /// A probability rises with its own logit and falls with the others, so its ends lie at corners
  /// of the box. All of a row is NaN where its box is not finite.
  func intervalSoftmax(
    _ scale: SoftmaxScale, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Substitutes planes for softmax, or its logarithm, in Double (Wei et al. 2023).
  ///
  /// The coefficients are rounded to Float, and the constant is lowered by what that rounding can
  /// cost on the box.
  ///
  /// - Parameter center: The centres of the boxes of the logits, [batch, n].
  func relaxSoftmax(
    _ scale: SoftmaxScale, _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray)

  /// Returns the gradient of the form; the boxes, and with them the planes, are constants.
  func relaxSoftmaxGradient(
    _ scale: SoftmaxScale, _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray,
    formGradient: DeviceArray, constantGradient: DeviceArray
  ) -> DeviceArray
}
