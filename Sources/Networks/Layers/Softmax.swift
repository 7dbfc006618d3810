import Tensors

/// exp(x_i)/Σ exp(x_j) of vectors: probabilities. For a network's last layer; it has no settings.
package struct Softmax: Layer {
  package static let kind = "Softmax"

  package init() {}

  package var keepsOrder: Bool { true }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    try input.checkedVector()
  }

  package func forward(_ input: Tensor) -> Tensor { softmax(input) }
}

/// x_i − log Σ exp(x_j) of vectors: logarithms of probabilities. For a network's last layer.
package struct LogSoftmax: Layer {
  package static let kind = "LogSoftmax"

  package init() {}

  package var keepsOrder: Bool { true }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    try input.checkedVector()
  }

  package func forward(_ input: Tensor) -> Tensor { logSoftmax(input) }
}

extension [Int] {
  /// The shape, if it is that of vectors with an element at least.
  fileprivate func checkedVector() throws(ShapeMismatch) -> [Int] {
    guard count == 1, self[0] > 0 else {
      throw ShapeMismatch(expected: "vectors, such as [10]", found: self)
    }
    return self
  }
}
