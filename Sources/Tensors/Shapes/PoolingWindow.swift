/// The windows of a pooling layer over images [H, W, C].
package struct PoolingWindow: Hashable, Sendable {
  package var height: Int
  package var width: Int
  package var geometry: ConvolutionGeometry

  package init(height: Int, width: Int, _ geometry: ConvolutionGeometry) {
    (self.height, self.width) = (height, width)
    self.geometry = geometry
  }

  /// [H', W', C], or nil where a window does not fit.
  package func outputShape(_ image: [Int]) -> [Int]? {
    guard image.count == 3, let rows = geometry.outputExtent(image[0], kernel: height),
      let columns = geometry.outputExtent(image[1], kernel: width)
    else { return nil }
    return [rows, columns, image[2]]
  }
}
