import Relaxations

/// Bounds that hold in spite of rounding.
///
/// Other families bound in real arithmetic: their results are off by the rounding of Float. The
/// kernels of this family account for it. A lower end is at most the exact one, an upper end at
/// least, whatever the operands; "outward" says so in the comments below. They have no gradients,
/// since training needs none of this.
///
/// Sums of products as large as a layer stay with the convolutions and products of the other
/// families, whose results are rounded to nearest. What their rounding can come to is added by
/// ``radius(center:radius:byRadius:byCenter:)`` and ``sum(center:radius:factor:offset:byOffset:)``
/// in front of them and behind them. The lemmas are in Documentation/soundness.md.
///
/// A result is NaN where an operand is, and where a number is not below 2¹⁰⁰ in magnitude: beyond
/// that sums might overflow in some order.
package protocol OutwardKernels: Sendable {
  // MARK: Boxes in centre and radius form

  /// Returns boxes that hold x ± ε within a domain, and as much for whatever x may be the Float32
  /// of: k/255 rounded, k times 1/255 rounded, or k/255 itself. NaN where the box is empty.
  func box(
    around x: DeviceArray, epsilon: Float, domain: ClosedRange<Float>
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Returns boxes that hold [lower, upper].
  func interval(
    lower: DeviceArray, upper: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Returns lower ≤ c − r and upper ≥ c + r.
  func ends(center: DeviceArray, radius: DeviceArray) -> (lower: DeviceArray, upper: DeviceArray)

  /// Returns at least radius · byRadius + |center| · byCenter.
  func radius(
    center: DeviceArray, radius: DeviceArray, byRadius: Float, byCenter: Float
  ) -> DeviceArray

  /// Returns at least radius · factor + offset · byOffset, for numbers that are not negative.
  ///
  /// - Parameters:
  ///   - center: Of the shape of the radius; only its size matters, which must be below 2¹⁰⁰.
  ///   - offset: One number for each channel of the last axes, which repeat; nil for zeros.
  func sum(
    center: DeviceArray, radius: DeviceArray, factor: Float, offset: DeviceArray?, byOffset: Float
  ) -> DeviceArray

  /// Returns boxes that hold max(h, 0) for every h in a box; a box at one side of 0 stays as it is.
  func intervalReLU(
    _ center: DeviceArray, _ radius: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// Returns boxes that hold every value of the function on a box, and, where `deployed`, every one
  /// that a runtime may give for it (``ScalarFunction/runtimeTolerance``).
  func interval(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray,
    deployed: Bool
  ) -> (center: DeviceArray, radius: DeviceArray)

  /// The same for max(x, 0) + slope·min(x, 0) with a slope for each channel of the last axis.
  func interval(
    slopes: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, deployed: Bool
  ) -> (center: DeviceArray, radius: DeviceArray)

  // MARK: Linear forms

  /// Returns at most a + b − less, for constants [batch or 1, rows].
  ///
  /// - Parameter less: A number for each example, [batch], not negative; nil for zeros.
  func sum(_ a: DeviceArray, _ b: DeviceArray, less: DeviceArray?) -> DeviceArray

  /// Returns at most the least values of forms over boxes, Λ·c − |Λ|·r: [batch, rows].
  ///
  /// - Parameters:
  ///   - form: Λ, [batch or 1, rows, n].
  ///   - center: [batch or 1, n], as the radius.
  func lowerBounds(_ form: DeviceArray, center: DeviceArray, radius: DeviceArray) -> DeviceArray

  /// Returns at most Λ·b − |Λ|·r for an offset b, [1, n], and noise r, [batch or 1, n], where |b| is
  /// at most 2²² · r: what an affine layer adds to constants, less what rounding takes.
  func lowerBounds(_ form: DeviceArray, offset: DeviceArray, noise: DeviceArray) -> DeviceArray

  /// Returns at most −ε·‖Λ‖ in the dual norm, [batch, rows].
  func lowerBounds(_ form: DeviceArray, epsilon: Float, dual: DualNorm) -> DeviceArray

  /// Substitutes the lines of ReLU on a box (``RelaxationKernels/relaxReLU(_:_:_:_:)``).
  ///
  /// - Returns: The form over the pre-activation, each of whose coefficients is that of a line
  ///   which holds, and at most what the constant gains, [batch, rows]. What underflow of
  ///   coefficients can cost is not in the constant.
  func relaxReLU(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ slope: ReLUSlope
  ) -> (form: DeviceArray, constant: DeviceArray)

  /// The same with a lower slope for each row of each form, [batch, rows, n] in [0, 1].
  func relaxReLU(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, alpha: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray)

  /// Returns lines around all that ``interval(_:_:_:deployed:)`` bounds. They hold for all slopes
  /// that differ from those given by one rounding.
  func lines(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray,
    _ slope: ReLUSlope, deployed: Bool
  ) -> LineArrays

  /// The same for max(x, 0) + slope·min(x, 0) with a slope for each channel of the last axis.
  func lines(
    slopes: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ slope: ReLUSlope,
    deployed: Bool
  ) -> LineArrays

  /// Substitutes lines (``RelaxationKernels/relax(_:_:)``), with a result as of
  /// ``relaxReLU(_:_:_:_:)``.
  func relax(
    _ form: DeviceArray, _ lines: LineArrays
  ) -> (form: DeviceArray, constant: DeviceArray)

  /// Substitutes lines that each row chooses by positions from the function's hull
  /// (``RelaxationKernels/relax(_:_:_:_:alpha:)``), with a result as of ``relaxReLU(_:_:_:_:)``.
  func relax(
    _ function: ActivationFunction, _ form: DeviceArray, _ center: DeviceArray,
    _ radius: DeviceArray, alpha: DeviceArray, deployed: Bool
  ) -> (form: DeviceArray, constant: DeviceArray)

  /// The same for max(x, 0) + slope·min(x, 0) with a slope for each channel of the last axis.
  func relax(
    slopes: DeviceArray, _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray,
    alpha: DeviceArray, deployed: Bool
  ) -> (form: DeviceArray, constant: DeviceArray)

  /// Substitutes lines over single elements for max pooling
  /// (``RelaxationKernels/relaxMaxPool(_:_:_:image:_:)``), with a result as of
  /// ``relaxReLU(_:_:_:_:)``.
  func relaxMaxPool(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, image: [Int],
    _ window: PoolingWindow
  ) -> (form: DeviceArray, constant: DeviceArray)
}
