import Tensors

/// Fully connected layer, x · Wᵀ + b: [in] → [out].
package struct Linear: Layer {
  package static let kind = "Linear"

  /// The trained matrix W, [out, in].
  package var weight: Tensor
  /// The trained vector b, [out].
  package var bias: Tensor

  /// Makes a layer of its tensors.
  ///
  /// - Precondition: The weight is a matrix [out, in], and the bias [out].
  package init(weight: Tensor, bias: Tensor) {
    precondition(
      weight.shape.count == 2 && bias.shape == [weight.shape[0]],
      "weight \(weight.shape) and bias \(bias.shape) of a linear layer")
    self.weight = weight
    self.bias = bias
  }

  /// Makes a layer with weights and biases drawn as PyTorch's default does: uniform within ±1/√in.
  package init(from inputs: Int, to outputs: Int, using random: inout RandomSource) {
    let bound = 1 / Float(inputs).squareRoot()
    self.init(
      weight: .uniform([outputs, inputs], in: -bound...bound, using: &random),
      bias: .uniform([outputs], in: -bound...bound, using: &random))
  }

  package var keepsOrder: Bool { false }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    guard input == [weight.shape[1]] else {
      throw ShapeMismatch(expected: "vectors [\(weight.shape[1])]", found: input)
    }
    return [weight.shape[0]]
  }

  package func forward(_ input: Tensor) -> Tensor {
    linear(input, weight: weight, bias: bias)
  }

  package func multiplyAdds(output: [Int]) -> Int { weight.count }

  package var parameters: [(name: String, value: Tensor)] {
    [("weight", weight), ("bias", bias)]
  }

  package func replacingTensors(
    _ transform: (String, Tensor) throws -> Tensor
  ) rethrows -> Linear {
    Linear(weight: try transform("weight", weight), bias: try transform("bias", bias))
  }
}
