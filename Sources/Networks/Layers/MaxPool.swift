import Tensors

/// Maxima over windows, for each channel by itself, in which padding never wins: [H, W, C] → [H',
/// W', C].
package struct MaxPool: Layer {
  package static let kind = "MaxPool"

  /// The windows' extents, stride and padding.
  package let window: PoolingWindow

  /// Makes a layer of windows.
  ///
  /// - Precondition: The padding is smaller than the window along both axes, and the stride is
  ///   positive.
  package init(_ window: PoolingWindow) {
    window.check()
    self.window = window
  }

  /// Makes a layer of square windows, beside one another if no stride is given.
  package init(kernel: Int, stride: Int? = nil, padding: Int = 0) {
    self.init(PoolingWindow(kernel: kernel, stride: stride, padding: padding))
  }

  package var keepsOrder: Bool { false }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    try window.checkedOutputShape(input)
  }

  package func forward(_ input: Tensor) -> Tensor { maxPool(input, window) }
}
