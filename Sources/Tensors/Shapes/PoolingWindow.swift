/// The windows of a pooling layer over images [H, W, C].
public struct PoolingWindow: Hashable, Sendable {
  public var height: Int
  public var width: Int
  public var geometry: ConvolutionGeometry

  public init(height: Int, width: Int, _ geometry: ConvolutionGeometry) {
    (self.height, self.width) = (height, width)
    self.geometry = geometry
  }

  /// [H', W', C], or nil where a window does not fit.
  public func outputShape(_ image: [Int]) -> [Int]? {
    guard image.count == 3, let rows = geometry.outputExtent(image[0], kernel: height),
      let columns = geometry.outputExtent(image[1], kernel: width)
    else { return nil }
    return [rows, columns, image[2]]
  }

  /// The part of a window inside the image, and the place of its first scalar and of its result.
  struct Place {
    let image, output, rows, columns: Int
  }

  /// Calls `body` for every window of the images in `range`.
  @inline(__always)
  func forEach(
    in range: Range<Int>, _ image: [Int], _ output: [Int], _ body: (_ n: Int, Place) -> Void
  ) {
    for n in range {
      for y in 0..<output[0] {
        let rows = inside(y, image[0], height)
        for x in 0..<output[1] {
          let columns = inside(x, image[1], width)
          body(
            n,
            Place(
              image: (rows.lowerBound * image[1] + columns.lowerBound) * image[2],
              output: (y * output[1] + x) * image[2], rows: rows.count, columns: columns.count))
        }
      }
    }
  }

  private func inside(_ position: Int, _ extent: Int, _ size: Int) -> Range<Int> {
    let start = position * geometry.stride - geometry.padding
    let lower = min(max(start, 0), extent)
    return lower..<max(lower, min(start + size, extent))
  }
}
