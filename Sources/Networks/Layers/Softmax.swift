import Tensors

/// exp(x_i)/Σ exp(x_j) of vectors: probabilities. For a network's last layer; it has no settings.
///
/// Margins are better decided without it (``Network/logits``).
package struct Softmax: Layer {
  package static let kind = "Softmax"

  /// Makes the layer, which has no settings.
  package init() {}

  package var keepsOrder: Bool { true }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    try input.checkedVector()
  }

  package func forward(_ input: Tensor) -> Tensor { softmax(input) }
}

/// x_i − log Σ exp(x_j) of vectors: logarithms of probabilities. For a network's last layer.
///
/// Its outputs differ as the logits do, so margins are the same.
package struct LogSoftmax: Layer {
  package static let kind = "LogSoftmax"

  /// Makes the layer, which has no settings.
  package init() {}

  package var keepsOrder: Bool { true }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    try input.checkedVector()
  }

  package func forward(_ input: Tensor) -> Tensor { logSoftmax(input) }
}

extension [Int] {
  /// Returns the shape, if it is that of vectors with an element at least.
  ///
  /// - Throws: ``ShapeMismatch`` for other shapes.
  fileprivate func checkedVector() throws(ShapeMismatch) -> [Int] {
    guard count == 1, self[0] > 0 else {
      throw ShapeMismatch(expected: "vectors, such as [10]", found: self)
    }
    return self
  }
}
