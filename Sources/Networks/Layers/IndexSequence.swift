/// All indices of an array of a shape, the last axis fastest.
package struct IndexSequence: Sequence, IteratorProtocol {
  private let shape: [Int]
  private var index: [Int]
  private var remaining: Int

  package init(_ shape: [Int]) {
    self.shape = shape
    index = [Int](repeating: 0, count: shape.count)
    remaining = shape.reduce(1, *)
  }

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
