/// Stride and zero padding of a two-dimensional convolution; the kernel's size is the weight's.
package struct ConvolutionGeometry: Hashable, Sendable {
  package var stride: Int
  /// Rows and columns of zeros on each of the four sides.
  package var padding: Int

  package init(stride: Int = 1, padding: Int = 0) {
    self.stride = stride
    self.padding = padding
  }

  /// The output's extent along an axis, or nil if the kernel does not fit.
  package func outputExtent(_ input: Int, kernel: Int) -> Int? {
    let span = input + 2 * padding - kernel
    return span < 0 || stride < 1 ? nil : span / stride + 1
  }

  /// The shape [N, H', W', O] of what a weight [O, C, kh, kw] makes of images [N, H, W, C].
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
