import Relaxations

/// Loops over scalars by themselves, over intervals of scalars, and over whole arrays as one sum.
///
/// Every kernel reads its operands once and writes its result once, so memory is what limits them.
/// That is why some combine what could be several (``boxStep(_:along:by:lower:upper:)``,
/// ``adam(_:_:first:second:gradient:)``). Shapes do not matter here, only the number of scalars;
/// where there are several operands, all have the same number.
///
/// Intervals are in centre and radius form: [c − r, c + r] with r ≥ 0.
package protocol ElementwiseKernels: Sendable {
  /// Applies a function to each scalar of an array; the result has the array's shape.
  func map(_ function: Elementwise.Unary, _ x: DeviceArray) -> DeviceArray

  /// Applies a function to the scalars at the same places of two arrays; the result has the shape
  /// of the first.
  ///
  /// - Precondition: Both have the same number of scalars.
  func zip(_ function: Elementwise.Binary, _ x: DeviceArray, _ y: DeviceArray) -> DeviceArray

  /// Adds x to a sum in place: sum += x. Gradients of a value that is used more than once meet
  /// here.
  func accumulate(_ x: DeviceArray, to sum: inout DeviceArray)

  /// Adds x · sign(signs) to a sum in place, with sign(0) = 0.
  ///
  /// It is the gradient of |signs| added to what is there already, without an array in between.
  func accumulate(_ x: DeviceArray, signedBy signs: DeviceArray, to sum: inout DeviceArray)

  /// Moves each scalar to the nearest one in [0, 1] in place, and NaN to 0.
  ///
  /// The free slopes of α-CROWN go through this. Every slope in [0, 1] gives a bound that holds, so
  /// NaN may become any of them.
  func clampToUnitInterval(_ x: inout DeviceArray)

  /// Returns Σ x in Double, in the order of the scalars.
  func sum(_ x: DeviceArray) -> Double

  /// Returns Σ x², summed in Float over runs of 4096 scalars and in Double over the runs.
  func sumOfSquares(_ x: DeviceArray) -> Double

  /// Returns the box ‖δ‖_∞ ≤ ε around x within a domain, as centre and radius.
  ///
  /// Its ends are max(x − ε, low) and min(x + ε, high). Centre and radius are NaN where x lies
  /// outside the domain by more than ε, since the box is empty there. Centre and radius are half
  /// the sum and half the difference of the ends, rounded to nearest, so this box can be smaller
  /// than the exact one by a last bit.
  func boxAround(
    _ x: DeviceArray, epsilon: Float, domain: ClosedRange<Float>
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Returns x + length · sign(direction), raised to `lower` and then lowered to `upper` as
  /// ``Elementwise/Binary/raised`` and ``Elementwise/Binary/lowered`` do: a step of a projected
  /// gradient attack within a box, in one pass.
  ///
  /// - Parameter length: The length of the step in each coordinate; a negative one goes against the
  ///   direction.
  func boxStep(
    _ x: DeviceArray, along direction: DeviceArray, by length: Float, lower: DeviceArray,
    upper: DeviceArray
  ) -> DeviceArray

  // MARK: Intervals in centre and radius form

  /// Returns the intervals that ReLU maps the intervals [c − r, c + r] to.
  ///
  /// With l = c − r and u = c + r the centre is (u⁺ + l⁺)/2 and the radius (u⁺ − l⁺)/2, where x⁺ =
  /// max(x, 0) keeps NaN.
  func intervalReLU(
    _ center: DeviceArray, _ radius: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Returns the gradients of centre and radius for those of ``intervalReLU(_:_:)``.
  ///
  /// An end above 0 moves with c and with ±r; an end at or below 0 has the derivative 0.
  func intervalReLUGradient(
    _ center: DeviceArray, _ radius: DeviceArray, centerGradient: DeviceArray,
    radiusGradient: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Returns intervals that hold the values of an activation on [c − r, c + r].
  ///
  /// The least and the largest value are found in Double and rounded outwards before they become
  /// centre and radius. That last step is rounded to nearest.
  func interval(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Returns the gradients of centre and radius for those of ``interval(_:_:_:)``.
  ///
  /// The least and the largest value lie at points of the interval. Each moves with the end of the
  /// interval that its point is, as fast as the function's derivative says. At a point inside,
  /// where the function turns smoothly, that derivative is 0.
  func intervalGradient(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray,
    centerGradient: DeviceArray, radiusGradient: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray)

  // MARK: Optimisation

  /// Takes one step of Adam on a parameter, in place.
  ///
  /// With g = gradientScale · gradient: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², and the
  /// parameter loses learningRate · (m/correction1) / (√(v/correction2) + ε) (Kingma and Ba, 2015,
  /// algorithm 1). A mean that falls below 1e-30 in magnitude becomes 0: subnormal numbers would
  /// take a hundred times as long.
  ///
  /// - Parameters:
  ///   - first: The running mean m of the gradient.
  ///   - second: The running mean v of its square.
  func adam(
    _ step: AdamStep, _ parameter: inout DeviceArray, first: inout DeviceArray,
    second: inout DeviceArray, gradient: DeviceArray)
}
