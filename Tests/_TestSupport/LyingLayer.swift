import Bounds
import Networks
import Tensors

/// The identity as an affine layer that lies: it claims that a radius becomes 0. What it certifies is
/// not robust, which attacks must bring to light.
package struct LyingLayer: AffineRule {
  package static let kind = "Lie"
  package let keepsOrder = true
  package var mixesScalars: Bool { false }

  package init() {}

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }
  package func forward(_ input: Tensor) -> Tensor { input }

  package var offset: Tensor? { nil }
  package func linearMap(_ inputs: [Tensor]) -> Tensor { inputs[0] }
  package func absoluteMap(_ inputs: [Tensor]) -> Tensor { .zeros(inputs[0].shape) }
  package func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor] { [rows] }
  package func roundings(through place: LayerPlace) -> AffineRoundings? { AffineRoundings.none }
}

extension Network {
  /// Answers with the brighter of two pixels, [1, 2, 1]; on the way a layer lies, or none does.
  package static func comparingPixels(lying: Bool) throws -> Network {
    let identity = Linear(weight: Tensor(shape: [2, 2], [1, 0, 0, 1]), bias: .zeros([2]))
    return try Network(input: [1, 2, 1], [Flatten()] + (lying ? [LyingLayer()] : []) + [identity])
  }
}
