/// Copies of scalars to other places, by block copies where runs are contiguous.
struct HostArrangements: ArrangementKernels {
  func gather(_ x: DeviceArray, rows: Int, _ map: IndexMap, fill: Float) -> DeviceArray {
    RearrangementKernel.gather(x, rows: rows, map, fill: fill)
  }

  func scatter(_ x: DeviceArray, rows: Int, _ map: IndexMap) -> DeviceArray {
    RearrangementKernel.scatter(x, rows: rows, map)
  }

  func rows(_ x: DeviceArray, _ range: Range<Int>) -> DeviceArray { RowKernel.rows(x, range) }

  func rows(_ x: DeviceArray, at indices: [Int]) -> DeviceArray { RowKernel.rows(x, at: indices) }

  func addedRows(_ x: DeviceArray, at indices: [Int], rows: Int) -> DeviceArray {
    RowKernel.added(x, at: indices, rows: rows)
  }

  func concatenated(_ parts: [DeviceArray]) -> DeviceArray { RowKernel.concatenated(parts) }

  func replacingRows(
    _ x: DeviceArray, at indices: [Int], from other: DeviceArray
  ) -> DeviceArray { RowKernel.replaced(x, at: indices, from: other) }

  func middleRows(_ x: DeviceArray, _ range: Range<Int>) -> DeviceArray {
    RowKernel.middle(x, range)
  }

  func paddedMiddleRows(_ x: DeviceArray, _ range: Range<Int>, rows: Int) -> DeviceArray {
    RowKernel.padded(x, range, rows: rows)
  }

  func channels(_ x: DeviceArray, _ range: Range<Int>) -> DeviceArray {
    ChannelRunKernel.slice(x, range)
  }

  func joinedChannels(_ parts: [DeviceArray]) -> DeviceArray { ChannelRunKernel.joined(parts) }

  func setChannels(_ x: inout DeviceArray, _ range: Range<Int>, to part: DeviceArray) {
    ChannelRunKernel.set(&x, range, to: part)
  }
}
