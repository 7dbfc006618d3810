import Tensors

/// What rounding can do to one affine layer, prepared once for all batches.
package struct LayerRounding: Sendable {
  /// What our own output may err by, relative to the magnitudes of its terms.
  let own: Double
  /// What a runtime's may err by.
  let noise: Double
  /// What a coefficient of the transposed map may err by.
  let transposed: Double
  /// The products of such a coefficient.
  let transposedProducts: Int
  /// At least the magnitudes of what the layer adds, [channels] or [n], and of what a runtime that
  /// takes subnormal inputs for 0 loses.
  let offset: Tensor?
  /// What a runtime that takes subnormal weights for 0 loses for each unit of the largest input; 0
  /// where no weight is subnormal.
  let flushed: Double
  /// Σ |Lᵢ|xᵢ by absolute weights that are kept; nil where the layer's own map takes them.
  var absoluteMap: (@Sendable ([Tensor]) -> Tensor)?

  /// Prepares the terms of a layer.
  ///
  /// - Parameters:
  ///   - layer: What the layer states.
  ///   - added: What it adds.
  ///   - folded: The roundings of all layers that a runtime may fold into one with it.
  ///   - model: The guarantee.
  init(_ layer: AffineRoundings, adding added: Tensor?, folded: Int, _ model: RoundingModel) {
    let computes = layer.products > 0
    own = computes ? model.own(layer.products) : 0
    noise = computes ? model.noise(folded) : 0
    transposedProducts = layer.transposedProducts
    transposed = transposedProducts > 0 ? model.own(transposedProducts) : 0
    let factors = layer.factors.map(Self.extent)
    let largest = factors.map(\.largest).max() ?? 0
    let hasSubnormals = factors.contains { $0.hasSubnormals } && model.guarantee == .deployed
    flushed = hasSubnormals ? Double(layer.products) * 0x1p-126 : 0
    // n products with subnormal inputs lose 2⁻¹²⁶·n·|w|, which is at most own·2⁻¹⁰²·|w|.
    let lost = Tensor(shape: [1], repeating: Float(roundedUp: Double(largest) * 0x1p-101))
    let magnitude = layer.offsetMagnitude ?? added.map { absolute($0.detached) }
    offset = computes ? magnitude.map { $0.plus(lost) } ?? lost : nil
  }

  /// The same for a layer that does as much with a window of its input.
  var ofWindow: LayerRounding {
    var copy = self
    copy.absoluteMap = nil
    return copy
  }

  /// That of a layer which moves numbers and computes nothing.
  static let none = LayerRounding(
    .none, adding: nil, folded: 0, RoundingModel(guarantee: .exact, products: .float32))

  /// The largest magnitude of some weights, and whether any of them is subnormal.
  private static func extent(_ weights: Tensor) -> (largest: Float, hasSubnormals: Bool) {
    weights.detached.read { values in
      values.reduce(into: (Float(0), false)) { known, value in
        known.0 = max(known.0, value.magnitude)
        known.1 = known.1 || value.isSubnormal
      }
    }
  }
}

extension Tensor {
  /// Adds one number to all of a tensor.
  fileprivate func plus(_ number: Tensor) -> Tensor {
    Tensor(shape: shape, scalars.map { ($0 + number.scalar).nextUp })
  }
}
