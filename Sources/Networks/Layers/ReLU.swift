import Tensors

/// max(x, 0), elementwise.
package struct ReLU: Layer {
  package static let kind = "ReLU"

  package init() {}

  package var keepsOrder: Bool { true }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

  package func forward(_ input: Tensor) -> Tensor { relu(input) }
}
