import Bounds
import Networks
import Tensors

/// The identity with an interval rule that lies: it claims that the output stays at the centre
/// whatever the input does. What it certifies is not robust, which attacks must bring to light.
package struct LyingLayer: BoundedLayer {
  package static let kind = "Lie"
  package let keepsOrder = true

  package init() {}

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }
  package func forward(_ input: Tensor) -> Tensor { input }

  package func propagate(_ regions: [Region]) -> Region {
    let box = regions[0].box
    return .box(Interval(center: box.center, radius: .zeros(box.radius.shape)))
  }

  package func pullBack(
    _ form: LinearForm, through place: LayerPlace
  ) -> (coefficients: [Tensor], constant: Tensor) {
    ([form.coefficients], form.constant)
  }
}

extension Network {
  /// Answers with the brighter of two pixels, [1, 2, 1]; on the way a layer lies, or none does.
  package static func comparingPixels(lying: Bool) throws -> Network {
    let identity = Linear(weight: Tensor(shape: [2, 2], [1, 0, 0, 1]), bias: .zeros([2]))
    return try Network(input: [1, 2, 1], [Flatten()] + (lying ? [LyingLayer()] : []) + [identity])
  }
}
