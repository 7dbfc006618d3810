import Tensors

/// What a form over a layer's output loses to rounding in its backward step.
///
/// It depends on the regions and not on the form, so it is computed once for all rows.
package struct LayerErrors: Sendable {
  /// What the layer adds, [1, n].
  let offset: Tensor
  /// How far its output may be from that of the exact layer, together with what errors of the form's
  /// new coefficients come to, [batch or 1, n].
  let noise: Tensor
  /// Whether the layer only moves numbers, and neither adds nor rounds.
  var isExact = false
  /// Whether the noise is at least 2⁻²² of the offset: seven roundings of it.
  var isNoisy = false
  /// What underflow of new coefficients can cost for each example, [batch]; nil for nothing.
  let underflow: Tensor?

  /// Returns what underflow of coefficients can cost: at most 2⁻¹²⁵ of each input's magnitude for
  /// each product, gradual or not.
  ///
  /// - Parameter inputs: At least the magnitudes of the inputs, [batch, …shape].
  static func underflow(of inputs: [Tensor], products: Int) -> Tensor? {
    guard products > 0, let batch = inputs.first?.shape[0] else { return nil }
    var sums = [Double](repeating: 0, count: batch)
    for input in inputs {
      // The least value of the form of ones over boxes with these radii is minus their sum.
      let n = input.count / max(batch, 1)
      let ones = Tensor(shape: [1, 1, n], repeating: 1)
      let least = outwardBounds(ones, center: .zeros([1, n]), radius: input.flattenedRows)
      for (example, sum) in least.scalars.enumerated() { sums[example] -= Double(sum) }
    }
    let factor = Double(products + 2) * 0x1p-125 * (1 + 0x1p-20)
    return Tensor(shape: [batch], sums.map { Float(roundedUp: $0 * factor) })
  }
}
