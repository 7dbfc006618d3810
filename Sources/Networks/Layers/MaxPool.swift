import Tensors

/// Maxima over windows, in which padding never wins: [H, W, C] → [H', W', C].
package struct MaxPool: Layer {
  package static let kind = "MaxPool"

  package let window: PoolingWindow

  package init(_ window: PoolingWindow) {
    window.check()
    self.window = window
  }

  /// Square windows, beside one another if no stride is given.
  package init(kernel: Int, stride: Int? = nil, padding: Int = 0) {
    self.init(PoolingWindow(kernel: kernel, stride: stride, padding: padding))
  }

  package var keepsOrder: Bool { false }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    try window.checkedOutputShape(input)
  }

  package func forward(_ input: Tensor) -> Tensor { maxPool(input, window) }
}
