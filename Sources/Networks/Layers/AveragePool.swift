import Tensors

/// Means over windows, for each channel by itself: [H, W, C] → [H', W', C].
package struct AveragePool: Layer {
  package static let kind = "AveragePool"

  /// The windows' extents, stride and padding.
  package let window: PoolingWindow
  /// Whether zeros of the padding count: a mean then divides by all places of a window, else by
  /// those inside the image.
  package let countsPadding: Bool

  /// Makes a layer of windows.
  ///
  /// - Precondition: The padding is smaller than the window along both axes, and the stride is
  ///   positive.
  package init(_ window: PoolingWindow, countsPadding: Bool = true) {
    window.check()
    self.window = window
    self.countsPadding = countsPadding
  }

  /// Makes a layer of square windows, beside one another if no stride is given.
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
  /// Makes square windows, beside one another if no stride is given.
  init(kernel: Int, stride: Int?, padding: Int) {
    self.init(
      height: kernel, width: kernel,
      ConvolutionGeometry(stride: stride ?? kernel, padding: padding))
  }

  /// Traps on windows that could lie in the padding alone: every window holds a scalar of the
  /// image.
  func check() {
    precondition(
      min(height, width) >= 1 && 0..<min(height, width) ~= geometry.padding && geometry.stride >= 1,
      "no pooling by \(self)")
  }

  /// Returns the output's shape [H', W', C] for images [H, W, C].
  ///
  /// - Throws: ``ShapeMismatch`` for shapes that are no images, and for images that are smaller
  ///   than a window.
  func checkedOutputShape(_ input: [Int]) throws(ShapeMismatch) -> [Int] {
    guard let output = outputShape(input) else {
      throw ShapeMismatch(
        expected: "images [height, width, channels] that hold a \(height)×\(width) window",
        found: input)
    }
    return output
  }
}
