import Tensors

/// Means over windows: [H, W, C] → [H', W', C].
package struct AveragePool: Layer {
  package static let kind = "AveragePool"

  package let window: PoolingWindow
  /// Whether zeros of the padding count.
  package let countsPadding: Bool

  package init(_ window: PoolingWindow, countsPadding: Bool = true) {
    window.check()
    self.window = window
    self.countsPadding = countsPadding
  }

  /// Square windows, beside one another if no stride is given.
  package init(kernel: Int, stride: Int? = nil, padding: Int = 0) {
    self.init(PoolingWindow(kernel: kernel, stride: stride, padding: padding))
  }

  package var keepsOrder: Bool { false }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    try window.checkedOutputShape(input)
  }

  package func forward(_ input: Tensor) -> Tensor {
    averagePool(input, window, countsPadding: countsPadding)
  }
}

extension PoolingWindow {
  init(kernel: Int, stride: Int?, padding: Int) {
    self.init(
      height: kernel, width: kernel,
      ConvolutionGeometry(stride: stride ?? kernel, padding: padding))
  }

  /// Every window holds a scalar of the image.
  func check() {
    precondition(
      min(height, width) >= 1 && 0..<min(height, width) ~= geometry.padding && geometry.stride >= 1,
      "no pooling by \(self)")
  }

  func checkedOutputShape(_ input: [Int]) throws(ShapeMismatch) -> [Int] {
    guard let output = outputShape(input) else {
      throw ShapeMismatch(
        expected: "images [height, width, channels] that hold a \(height)×\(width) window",
        found: input)
    }
    return output
  }
}
