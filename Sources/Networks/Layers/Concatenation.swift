import Tensors

/// Inputs side by side along the last axis: channels of images, elements of vectors.
///
/// All other axes of the inputs are the same.
package struct Concatenation: Junction {
  package static let kind = "Concatenation"

  /// Makes the layer, which has no settings.
  package init() {}

  package var keepsOrder: Bool { false }

  package func outputShape(ofAll inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    guard let first = inputs.first, !first.isEmpty else {
      throw ShapeMismatch(expected: "at least one input", found: [])
    }
    for input in inputs where input.dropLast() != first.dropLast() {
      throw ShapeMismatch(
        expected: "inputs that differ in the last axis only, such as \(first)", found: input)
    }
    return first.dropLast() + [inputs.reduce(0) { $0 + $1.last! }]
  }

  package func forward(all inputs: [Tensor]) -> Tensor { joinedChannels(inputs) }
}
