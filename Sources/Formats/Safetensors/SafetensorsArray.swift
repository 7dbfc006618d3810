/// An array of Float32 numbers, as a safetensors file holds it.
package struct SafetensorsArray: Equatable, Sendable {
  /// The lengths of the dimensions, outermost first; empty for a single number.
  package var shape: [Int]
  /// The numbers in row-major order, as many as the product of `shape`.
  package var scalars: [Float]

  /// Creates an array; the count of `scalars` must be the product of `shape`.
  package init(shape: [Int], scalars: [Float]) {
    self.shape = shape
    self.scalars = scalars
    requireConsistent()
  }

  func requireConsistent() {
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == scalars.count,
      "an array of shape \(shape) cannot hold \(scalars.count) numbers")
  }
}
