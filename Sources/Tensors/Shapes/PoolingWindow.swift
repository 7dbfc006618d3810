/// The windows of a pooling layer over images [H, W, C]: their extents, and the stride and padding
/// with which they are laid over the image. Channels are pooled one by one.
package struct PoolingWindow: Hashable, Sendable {
  /// The rows of a window.
  package var height: Int
  /// The columns of a window.
  package var width: Int
  /// The stride and the padding, the same for both axes.
  package var geometry: ConvolutionGeometry

  /// Creates windows of an extent; whether they fit is a matter of the image (``outputShape(_:)``).
  package init(height: Int, width: Int, _ geometry: ConvolutionGeometry) {
    (self.height, self.width) = (height, width)
    self.geometry = geometry
  }

  /// Returns the shape [H', W', C] of what pooling makes of an image [H, W, C], or nil where a
  /// window does not fit or the image has not three axes.
  package func outputShape(_ image: [Int]) -> [Int]? {
    guard image.count == 3, let rows = geometry.outputExtent(image[0], kernel: height),
      let columns = geometry.outputExtent(image[1], kernel: width)
    else { return nil }
    return [rows, columns, image[2]]
  }
}
