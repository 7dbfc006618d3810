import Tensors

/// max(x, 0), elementwise: the activation of nearly all networks of certified training. Other
/// functions are an ``Activation``.
package struct ReLU: Layer {
  package static let kind = "ReLU"

  /// Makes the layer, which has no settings.
  package init() {}

  package var keepsOrder: Bool { true }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

  package func forward(_ input: Tensor) -> Tensor { relu(input) }
}
