import Bounds
import Networks
import Tensors

/// The identity as a layer with a box that lies: it claims that the output stays at the centre
/// whatever the input does. What it certifies is not robust, which attacks must bring to light.
package struct LyingLayer: OutwardRelaxedRule {
  package static let kind = "Lie"
  package let keepsOrder = true

  package init() {}

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }
  package func forward(_ input: Tensor) -> Tensor { input }

  package func box(of input: Interval) -> Interval {
    Interval(center: input.center, radius: .zeros(input.radius.shape))
  }

  package func relaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace
  ) -> (form: Tensor, constant: Tensor) {
    (coefficients, .zeros(Array(coefficients.shape.prefix(2))))
  }

  package func outwardBox(of input: Interval, deployed: Bool) -> Interval { box(of: input) }

  package func outwardRelaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace, deployed: Bool
  ) -> (form: Tensor, constant: Tensor) { relaxed(coefficients, over: input, through: place) }
}

extension Network {
  /// Answers with the brighter of two pixels, [1, 2, 1]; on the way a layer lies, or none does.
  package static func comparingPixels(lying: Bool) throws -> Network {
    let identity = Linear(weight: Tensor(shape: [2, 2], [1, 0, 0, 1]), bias: .zeros([2]))
    return try Network(input: [1, 2, 1], [Flatten()] + (lying ? [LyingLayer()] : []) + [identity])
  }
}
