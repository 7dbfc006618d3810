/// Ranges that cover `0..<count`, side by side.
package struct Groups: RandomAccessCollection {
  private let elements: Int
  private let size: Int

  /// - Parameter size: The most elements of a range; it alone decides how the ranges lie.
  package init(of elements: Int, size: Int) {
    self.elements = elements
    self.size = Swift.max(size, 1)
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { (elements + size - 1) / size }

  package subscript(index: Int) -> Range<Int> {
    index * size..<Swift.min((index + 1) * size, elements)
  }
}
