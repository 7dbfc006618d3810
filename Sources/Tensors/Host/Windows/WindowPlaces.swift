extension PoolingWindow {
  /// The part of a window inside the image, and the place of its first scalar and of its result.
  ///
  /// `image` is the place of the first scalar among the image's H·W·C, `output` that of the
  /// window's first result among H'·W'·C; `rows` and `columns` are the extents of the part.
  struct Place {
    let image, output, rows, columns: Int
  }

  /// Calls `body` for every window of the images in `range`, row by row.
  ///
  /// - Parameters:
  ///   - image: [H, W, C].
  ///   - output: [H', W', C].
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

  /// Returns the part of a window along one axis that lies inside the image, cut at both borders.
  ///
  /// - Parameters:
  ///   - position: Which window along the axis.
  ///   - extent: The image's extent.
  ///   - size: The window's extent.
  private func inside(_ position: Int, _ extent: Int, _ size: Int) -> Range<Int> {
    let start = position * geometry.stride - geometry.padding
    let lower = min(max(start, 0), extent)
    return lower..<max(lower, min(start + size, extent))
  }
}
