/// What a runtime's roundings cost an affine layer (sections "Numbers" and "Affine layers").
struct Roundings {
  /// How coarse the numbers are that the deployed network multiplies.
  enum Products: String {
    case float32, tf32, bfloat16

    /// e, the relative error of such a number.
    var error: Dyadic {
      switch self {
      case .float32: .zero
      case .tf32: Dyadic(1, exponent: -10)
      case .bfloat16: Dyadic(1, exponent: -7)
      }
    }
  }

  /// Returns g(k) = e(2 + e) + (1 + e(2 + e))·γ(k), rounded up, for k below 2²³.
  static func noise(_ roundings: Int, _ products: Products) -> Dyadic {
    // γ(k) = k·2⁻²⁴/(1 − k·2⁻²⁴) = k/(2²⁴ − k).
    let gamma = Dyadic(roundings).over(Dyadic(1 << 24 - roundings), .up)
    let e = products.error
    let coarse = e.times(e.plus(Dyadic(2), .up), .up)
    return coarse.plus(gamma, .up).plus(coarse.times(gamma, .up), .up)
  }

  /// Returns for each node how many roundings its group has.
  ///
  /// Two affine layers, one of which reads the other, are in one group if one of the two is light.
  ///
  /// - Parameters:
  ///   - layers: The affine layers, nil for other nodes.
  ///   - reads: The nodes that each node reads.
  static func ofGroups(_ layers: [AffineLayer?], reads: [[Int]]) -> [Int] {
    var group = Array(layers.indices)
    func representative(_ node: Int) -> Int {
      var node = node
      while group[node] != node { node = group[node] }
      return node
    }
    for (node, layer) in layers.enumerated() {
      for other in reads[node] {
        guard let layer, let source = layers[other], layer.isLight || source.isLight else {
          continue
        }
        group[representative(node)] = representative(other)
      }
    }
    var sums = [Int](repeating: 0, count: layers.count)
    for (node, layer) in layers.enumerated() { sums[representative(node)] += layer?.roundings ?? 0 }
    return layers.indices.map { sums[representative($0)] }
  }
}
