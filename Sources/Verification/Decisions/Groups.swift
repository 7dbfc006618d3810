/// Ranges that cover `0..<count`, side by side, each but the last of one size.
///
/// Whatever is computed group by group depends on this division alone, never on the number of
/// threads that share the groups.
package struct Groups: RandomAccessCollection {
  /// The number of elements that the ranges cover.
  private let elements: Int
  /// The number of elements in a range, at least 1.
  private let size: Int

  /// Divides a number of elements.
  ///
  /// - Parameter size: The most elements of a range; below 1 it counts as 1.
  package init(of elements: Int, size: Int) {
    self.elements = elements
    self.size = Swift.max(size, 1)
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { (elements + size - 1) / size }

  /// The elements of a group.
  package subscript(index: Int) -> Range<Int> {
    index * size..<Swift.min((index + 1) * size, elements)
  }
}
