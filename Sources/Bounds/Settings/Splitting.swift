extension Array {
  /// Cuts the array into parts in order: `size` elements in each, and what is left in the last.
  ///
  /// - Precondition: `size` is positive.
  package func split(by size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
