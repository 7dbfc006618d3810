import Tensors

/// All axes but the batch made one: [H, W, C] → [H·W·C], channels varying fastest. Memory stays as
/// it is.
///
/// PyTorch flattens C·H·W; the columns of weights behind a flatten are permuted when they are read
/// and written (``Network/stateDict``).
package struct Flatten: Layer {
  package static let kind = "Flatten"

  /// Makes the layer, which has no settings.
  package init() {}

  package var keepsOrder: Bool { false }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    [input.reduce(1, *)]
  }

  package func forward(_ input: Tensor) -> Tensor {
    let batch = input.shape[0]
    return input.reshaped([batch, input.shape.dropFirst().reduce(1, *)])
  }
}
