import Tensors

/// Maxima over windows, in which padding never wins: [H, W, C] → [H', W', C].
public struct MaxPool: Layer {
  public static let kind = "MaxPool"

  public let window: PoolingWindow

  public init(_ window: PoolingWindow) {
    window.check()
    self.window = window
  }

  /// Square windows, beside one another if no stride is given.
  public init(kernel: Int, stride: Int? = nil, padding: Int = 0) {
    self.init(PoolingWindow(kernel: kernel, stride: stride, padding: padding))
  }

  public var keepsOrder: Bool { false }

  public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    try window.checkedOutputShape(input)
  }

  public func forward(_ input: Tensor) -> Tensor { maxPool(input, window) }
}
