extension Array {
  /// The elements one after the other, at most `size` in each part.
  package func split(by size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
