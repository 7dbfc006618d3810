import Tensors

/// A rectangle of an image's positions; it may reach over the edges.
struct ImageWindow {
  let rows: Range<Int>
  let columns: Range<Int>

  var area: Int { rows.count * columns.count }

  /// What windows of a kernel read of the layer's input to compute these positions.
  func read(by kernel: [Int], stride: Int, padding: Int) -> ImageWindow {
    func read(_ range: Range<Int>, _ extent: Int) -> Range<Int> {
      let start = range.lowerBound * stride - padding
      return start..<start + (range.count - 1) * stride + extent
    }
    return ImageWindow(rows: read(rows, kernel[0]), columns: read(columns, kernel[1]))
  }

  /// [height, width, channels] of the window.
  func shape(channels: Int) -> [Int] { [rows.count, columns.count, channels] }

  /// Where a scalar of an image [height, width, channels] is in the window, which holds it.
  func place(of scalar: Int, in shape: [Int]) -> Int {
    let (position, channel) = (scalar / shape[2], scalar % shape[2])
    let (y, x) = (position / shape[1] - rows.lowerBound, position % shape[1] - columns.lowerBound)
    return (y * columns.count + x) * shape[2] + channel
  }

  /// How the window's scalars are taken from an image [height, width, channels]; none outside.
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
