/// How much sums of products may err, in our own Float32 and in a runtime's.
///
/// A sum Σ wᵢxᵢ + b of n products, computed in Float32 in any order, with fused multiply-adds or
/// without, errs by at most γ(n + 2)·(Σ|wᵢxᵢ| + |b|), where γ(k) = ku/(1 − ku) and u = 2⁻²⁴ (Higham
/// 2002, lemma 3.1): each term passes one product and at most n + 1 sums. Underflow adds what the
/// kernels' 2⁻¹⁰⁰ covers. See Documentation/soundness.md.
package struct RoundingModel: Sendable {
  /// The network that bounds speak of.
  package let guarantee: Guarantee
  /// What that network multiplies.
  package let products: ProductFormat

  /// The unit roundoff of Float32.
  static let unit = 0x1p-24
  /// Roundings that may lie between a number of the file and the weight that a layer multiplies
  /// by. BatchNorm's scale takes the most: a sum, a root, a quotient and a product.
  static let weightRoundings = 4

  /// Returns γ(k), the most that k roundings change a number by, relative to it; infinity where k
  /// is so large that nothing is known.
  static func gamma(_ roundings: Int) -> Double {
    let ku = Double(roundings) * unit
    return ku < 0.5 ? ku / (1 - ku) : .infinity
  }

  /// What our own sum of n products may err by, relative to the sum of its terms' magnitudes.
  func own(_ products: Int) -> Double { Self.gamma(products + 2 + Self.weightRoundings) }

  /// What a runtime's may err by; 0 where the bound is of the exact network.
  ///
  /// - Parameter roundings: Those that a term passes, whatever neighbouring layers are folded into
  ///   the sum.
  func noise(_ roundings: Int) -> Double {
    guard guarantee == .deployed else { return 0 }
    // Both operands of a product may be rounded: (1 + e)² − 1.
    let operands = products.roundoff * (2 + products.roundoff)
    return operands + (1 + operands) * Self.gamma(roundings)
  }
}
