import Tensors

/// The sum of inputs of one shape, as at the end of a residual block. Nothing is spread over
/// missing axes: inputs of different shapes are refused.
package struct Addition: Junction {
  package static let kind = "Addition"

  /// Makes the layer, which has no settings.
  package init() {}

  package var keepsOrder: Bool { true }

  package func outputShape(ofAll inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    guard let first = inputs.first else {
      throw ShapeMismatch(expected: "at least one input", found: [])
    }
    for input in inputs where input != first {
      throw ShapeMismatch(expected: "inputs of one shape, such as \(first)", found: input)
    }
    return first
  }

  package func forward(all inputs: [Tensor]) -> Tensor { inputs.dropFirst().reduce(inputs[0], +) }
}
