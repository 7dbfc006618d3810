import Tensors

/// The sum of inputs of one shape, as at the end of a residual block.
public struct Addition: Junction {
  public static let kind = "Addition"

  public init() {}

  public var keepsOrder: Bool { true }

  public func outputShape(ofAll inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    guard let first = inputs.first else {
      throw ShapeMismatch(expected: "at least one input", found: [])
    }
    for input in inputs where input != first {
      throw ShapeMismatch(expected: "inputs of one shape, such as \(first)", found: input)
    }
    return first
  }

  public func forward(all inputs: [Tensor]) -> Tensor { inputs.dropFirst().reduce(inputs[0], +) }
}
