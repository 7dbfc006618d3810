/// Stride and zero padding of a two-dimensional convolution, the same for both axes; the kernel's
/// size is the weight's.
///
/// Pooling uses it too (``PoolingWindow``). Padding is symmetric, as PyTorch has it: at stride 2,
/// TensorFlow's SAME is another one.
package struct ConvolutionGeometry: Hashable, Sendable {
  /// The distance between neighbouring windows in rows and in columns of the image, at least 1.
  package var stride: Int
  /// Rows and columns of zeros on each of the four sides, at least 0.
  package var padding: Int

  /// Creates a geometry. Nothing is checked here: ``outputExtent(_:kernel:)`` is nil for a stride
  /// below 1.
  package init(stride: Int = 1, padding: Int = 0) {
    self.stride = stride
    self.padding = padding
  }

  /// Returns the output's extent along an axis, ⌊(input + 2·padding − kernel)/stride⌋ + 1, or nil
  /// if the kernel does not fit or the stride is below 1.
  ///
  /// - Parameters:
  ///   - input: The image's extent along the axis.
  ///   - kernel: The kernel's extent along the axis.
  package func outputExtent(_ input: Int, kernel: Int) -> Int? {
    let span = input + 2 * padding - kernel
    return span < 0 || stride < 1 ? nil : span / stride + 1
  }

  /// Returns the shape [N, H', W', O] of what a weight [O, C, kh, kw] makes of images [N, H, W, C].
  ///
  /// - Precondition: The channels agree, and the kernel fits into the padded images.
  package func outputShape(_ images: [Int], weight: [Int]) -> [Int] {
    precondition(
      images.count == 4 && weight.count == 4 && images[3] == weight[1],
      "convolution of images \(images) with weight \(weight)")
    guard let height = outputExtent(images[1], kernel: weight[2]),
      let width = outputExtent(images[2], kernel: weight[3])
    else { preconditionFailure("kernel \(weight) larger than padded images \(images)") }
    return [images[0], height, width, weight[0]]
  }
}
