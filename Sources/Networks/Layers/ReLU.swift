import Tensors

/// max(x, 0), elementwise.
public struct ReLU: Layer {
  public static let kind = "ReLU"

  public init() {}

  public var keepsOrder: Bool { true }

  public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

  public func forward(_ input: Tensor) -> Tensor { relu(input) }
}
