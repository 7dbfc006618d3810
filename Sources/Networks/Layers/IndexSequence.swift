/// All indices of an array of a shape, the last axis fastest: the order of scalars in memory.
///
/// A shape with an extent of 0 has none, the shape [] of a scalar has one, which is empty.
package struct IndexSequence: Sequence, IteratorProtocol {
  private let shape: [Int]
  /// The index that comes next.
  private var index: [Int]
  /// How many are still to come.
  private var remaining: Int

  /// Begins with the first index, all zeros.
  package init(_ shape: [Int]) {
    self.shape = shape
    index = [Int](repeating: 0, count: shape.count)
    remaining = shape.reduce(1, *)
  }

  /// Returns the next index, counted up like the digits of a number; nil after the last one.
  package mutating func next() -> [Int]? {
    guard remaining > 0 else { return nil }
    remaining -= 1
    let current = index
    for axis in shape.indices.reversed() {
      index[axis] += 1
      if index[axis] < shape[axis] { break }
      index[axis] = 0
    }
    return current
  }
}
