import Tensors

/// All axes but the batch made one: [H, W, C] → [H·W·C], channels varying fastest.
///
/// PyTorch flattens C·H·W; weights are permuted when they are read and written (``StateDict``).
public struct Flatten: Layer {
  public static let kind = "Flatten"

  public init() {}

  public var keepsOrder: Bool { false }

  public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    [input.reduce(1, *)]
  }

  public func forward(_ input: Tensor) -> Tensor {
    let batch = input.shape[0]
    return input.reshaped([batch, input.shape.dropFirst().reduce(1, *)])
  }
}
