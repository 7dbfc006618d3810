import Tensors

/// A rectangle of an image's positions; it may reach over the edges, where padding is.
struct ImageWindow {
  /// Rows of the image; negative ones and those from its height on are padding.
  let rows: Range<Int>
  /// Columns of the image; negative ones and those from its width on are padding.
  let columns: Range<Int>

  /// The number of its positions.
  var area: Int { rows.count * columns.count }

  /// Returns what a convolution reads of its input to compute these positions: from start·stride −
  /// padding, (count − 1)·stride + extent positions along each axis.
  ///
  /// - Parameter kernel: [height, width].
  func read(by kernel: [Int], stride: Int, padding: Int) -> ImageWindow {
    func read(_ range: Range<Int>, _ extent: Int) -> Range<Int> {
      let start = range.lowerBound * stride - padding
      return start..<start + (range.count - 1) * stride + extent
    }
    return ImageWindow(rows: read(rows, kernel[0]), columns: read(columns, kernel[1]))
  }

  /// The shape of the window, [height, width, channels].
  func shape(channels: Int) -> [Int] { [rows.count, columns.count, channels] }

  /// Returns where a scalar of an image [height, width, channels] is in the window.
  ///
  /// - Precondition: The window holds the scalar's position.
  func place(of scalar: Int, in shape: [Int]) -> Int {
    let (position, channel) = (scalar / shape[2], scalar % shape[2])
    let (y, x) = (position / shape[1] - rows.lowerBound, position % shape[1] - columns.lowerBound)
    return (y * columns.count + x) * shape[2] + channel
  }

  /// Makes the map that takes the window's scalars from an image [height, width, channels]; those
  /// outside it have no source.
  func map(in shape: [Int]) -> IndexMap {
    let (height, width, channels) = (shape[0], shape[1], shape[2])
    var sources: [Int32] = []
    sources.reserveCapacity(area * channels)
    for y in rows {
      for x in columns {
        let isInside = 0..<height ~= y && 0..<width ~= x
        let first = Int32((y * width + x) * channels)
        for c in 0..<Int32(channels) { sources.append(isInside ? first + c : -1) }
      }
    }
    return IndexMap(sources, from: shape.reduce(1, *))
  }
}
