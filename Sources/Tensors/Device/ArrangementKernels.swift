/// Copies of scalars to other places, and sums of scalars that came from one place.
package protocol ArrangementKernels: Sendable {
  /// Rows by a map, `fill` where it names no source: rows × [map.sourceCount] →
  /// [rows, map.sources.count].
  func gather(_ x: DeviceArray, rows: Int, _ map: IndexMap, fill: Float) -> DeviceArray

  /// The transpose, which adds every scalar to its source: rows × [map.sources.count] →
  /// [rows, map.sourceCount].
  func scatter(_ x: DeviceArray, rows: Int, _ map: IndexMap) -> DeviceArray

  // MARK: Rows, which are parts along the first axis

  /// A run of rows.
  func rows(_ x: DeviceArray, _ range: Range<Int>) -> DeviceArray

  /// The given rows in that order, each as often as it is named.
  func rows(_ x: DeviceArray, at indices: [Int]) -> DeviceArray

  /// The transpose, which adds every row to its source: → [rows, …].
  func addedRows(_ x: DeviceArray, at indices: [Int], rows: Int) -> DeviceArray

  /// Arrays one after another along the first axis; the other extents agree.
  func concatenated(_ parts: [DeviceArray]) -> DeviceArray

  /// A copy in which the given rows are those of another array of the same shape.
  func replacingRows(_ x: DeviceArray, at indices: [Int], from other: DeviceArray) -> DeviceArray

  /// The given rows of every matrix of a stack: [n, rows, columns] → [n, range.count, columns].
  func middleRows(_ x: DeviceArray, _ range: Range<Int>) -> DeviceArray

  /// Zeros around rows of every matrix of a stack, the transpose of ``middleRows(_:_:)``:
  /// [n, range.count, columns] → [n, rows, columns].
  func paddedMiddleRows(_ x: DeviceArray, _ range: Range<Int>, rows: Int) -> DeviceArray

  // MARK: Channels, which are the last axis

  /// A run of channels: […, C] → […, range.count].
  func channels(_ x: DeviceArray, _ range: Range<Int>) -> DeviceArray

  /// Arrays side by side along the last axis; the other extents agree.
  func joinedChannels(_ parts: [DeviceArray]) -> DeviceArray

  /// Overwrites a run of channels, in place, with […, range.count].
  func setChannels(_ x: inout DeviceArray, _ range: Range<Int>, to part: DeviceArray)
}
