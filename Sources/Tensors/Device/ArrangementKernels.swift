/// Copies of scalars to other places, and sums of scalars that came from one place.
///
/// No kernel here computes anything else, so that copies are exact, NaN included. Each map that is
/// linear stands beside its transpose, which is its gradient and its step in a backward bound.
package protocol ArrangementKernels: Sendable {
  /// Rearranges each row by a map: rows × [map.sourceCount] → [rows, map.sources.count].
  ///
  /// - Parameters:
  ///   - rows: How many rows the array has, whatever its shape.
  ///   - fill: What stands where the map names no source.
  func gather(_ x: DeviceArray, rows: Int, _ map: IndexMap, fill: Float) -> DeviceArray

  /// Applies the transpose of ``gather(_:rows:_:fill:)``, which adds every scalar to its source:
  /// rows × [map.sources.count] → [rows, map.sourceCount]. Scalars without a source are dropped.
  func scatter(_ x: DeviceArray, rows: Int, _ map: IndexMap) -> DeviceArray

  // MARK: Rows, which are parts along the first axis

  /// Returns a run of rows: [rows, …] → [range.count, …]. The caller has checked the range.
  func rows(_ x: DeviceArray, _ range: Range<Int>) -> DeviceArray

  /// Returns the given rows in that order, each as often as it is named: [rows, …] →
  /// [indices.count, …].
  func rows(_ x: DeviceArray, at indices: [Int]) -> DeviceArray

  /// Applies the transpose of ``rows(_:at:)``, which adds every row to its source: [indices.count,
  /// …] → [rows, …].
  func addedRows(_ x: DeviceArray, at indices: [Int], rows: Int) -> DeviceArray

  /// Joins arrays one after another along the first axis; the other extents agree. There is at
  /// least one.
  func concatenated(_ parts: [DeviceArray]) -> DeviceArray

  /// Returns a copy in which the given rows are those, at the same indices, of another array of the
  /// same shape.
  func replacingRows(_ x: DeviceArray, at indices: [Int], from other: DeviceArray) -> DeviceArray

  /// Returns the given rows of every matrix of a stack: [n, rows, columns] → [n, range.count,
  /// columns].
  func middleRows(_ x: DeviceArray, _ range: Range<Int>) -> DeviceArray

  /// Puts zeros around the rows of every matrix of a stack, the transpose of ``middleRows(_:_:)``:
  /// [n, range.count, columns] → [n, rows, columns].
  func paddedMiddleRows(_ x: DeviceArray, _ range: Range<Int>, rows: Int) -> DeviceArray

  // MARK: Channels, which are the last axis

  /// Returns a run of channels: […, C] → […, range.count].
  func channels(_ x: DeviceArray, _ range: Range<Int>) -> DeviceArray

  /// Joins arrays side by side along the last axis; the other extents agree. There is at least one.
  func joinedChannels(_ parts: [DeviceArray]) -> DeviceArray

  /// Overwrites a run of channels in place with an array […, range.count].
  func setChannels(_ x: inout DeviceArray, _ range: Range<Int>, to part: DeviceArray)
}
