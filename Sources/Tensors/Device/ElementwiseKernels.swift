import Relaxations

/// Loops over scalars by themselves, over intervals of scalars, and over whole arrays as one sum.
package protocol ElementwiseKernels: Sendable {
  /// Arrays of any shape; the result has the operand's.
  func map(_ function: Elementwise.Unary, _ x: DeviceArray) -> DeviceArray

  /// Arrays of the same number of scalars; the result has the first one's shape.
  func zip(_ function: Elementwise.Binary, _ x: DeviceArray, _ y: DeviceArray) -> DeviceArray

  /// sum += x.
  func accumulate(_ x: DeviceArray, to sum: inout DeviceArray)

  /// sum += x · sign(signs), with sign(0) = 0.
  func accumulate(_ x: DeviceArray, signedBy signs: DeviceArray, to sum: inout DeviceArray)

  /// Moves each scalar to the nearest one in [0, 1], NaN to 0, in place.
  func clampToUnitInterval(_ x: inout DeviceArray)

  /// Σ x in Double, in the order of the scalars.
  func sum(_ x: DeviceArray) -> Double

  /// Σ x², summed in Float over runs of 4096 and in Double over the runs.
  func sumOfSquares(_ x: DeviceArray) -> Double

  /// The box ‖δ‖_∞ ≤ ε around x within a domain, as centre and radius; NaN where x lies outside the
  /// domain by more than ε.
  func boxAround(
    _ x: DeviceArray, epsilon: Float, domain: ClosedRange<Float>
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// x + length · sign(direction), raised to `lower` and then lowered to `upper` as
  /// ``Elementwise/Binary`` does; all of one size.
  func boxStep(
    _ x: DeviceArray, along direction: DeviceArray, by length: Float, lower: DeviceArray,
    upper: DeviceArray
  ) -> DeviceArray

  // MARK: Intervals in centre and radius form

  /// ReLU of the intervals [c − r, c + r]: with l = c − r and u = c + r the centre (u⁺ + l⁺)/2 and
  /// the radius (u⁺ − l⁺)/2.
  func intervalReLU(
    _ center: DeviceArray, _ radius: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// An end at 0 has the derivative 0.
  func intervalReLUGradient(
    _ center: DeviceArray, _ radius: DeviceArray, centerGradient: DeviceArray,
    radiusGradient: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// The least and the largest value of an activation on [c − r, c + r], rounded outwards before
  /// they become centre and radius.
  func interval(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Each extreme value has the function's derivative at its argument, and moves with the end of
  /// the interval that the argument is.
  func intervalGradient(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray,
    centerGradient: DeviceArray, radiusGradient: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray)

  // MARK: Optimisation

  /// One step of Adam, in place; all four arrays have the same number of scalars.
  func adam(
    _ step: AdamStep, _ parameter: inout DeviceArray, first: inout DeviceArray,
    second: inout DeviceArray, gradient: DeviceArray)
}
