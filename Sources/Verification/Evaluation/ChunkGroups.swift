import Tensors

/// Ranges that cover `0..<count`, in groups whose members are computed side by side (``Lanes``).
package struct ChunkGroups: Sequence, IteratorProtocol {
  private let count: Int
  private let size: Int
  private var start = 0

  /// - Parameter size: The most elements of a range; it alone decides how the ranges lie.
  package init(of count: Int, size: Int) {
    self.count = count
    self.size = Swift.max(size, 1)
  }

  package mutating func next() -> [Range<Int>]? {
    guard start < count else { return nil }
    var group: [Range<Int>] = []
    while start < count, group.count < 2 * Threads.count {
      group.append(start..<Swift.min(start + size, count))
      start = group.last!.upperBound
    }
    return group
  }
}
