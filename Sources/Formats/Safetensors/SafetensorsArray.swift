/// An array of Float32 numbers, as the readers of weights give it and a safetensors file keeps it.
///
/// ``SafetensorsFile`` and ``PyTorchFile`` both give arrays of this type, so that whoever builds a
/// network from weights need not know which kind of file they came from.
package struct SafetensorsArray: Equatable, Sendable {
  /// The lengths of the dimensions, outermost first; empty for a single number.
  package var shape: [Int]
  /// The numbers in row-major order, as many as the product of `shape`.
  package var scalars: [Float]

  /// Creates an array.
  ///
  /// - Parameters:
  ///   - shape: The lengths of the dimensions, outermost first.
  ///   - scalars: The numbers in row-major order.
  /// - Precondition: No length is negative, and the count of `scalars` is the product of `shape`.
  package init(shape: [Int], scalars: [Float]) {
    self.shape = shape
    self.scalars = scalars
    requireConsistent()
  }

  /// Traps where the number of scalars is not what the shape says.
  ///
  /// Both are variables that a user may set one after the other, so that it is checked again when a
  /// file is written.
  func requireConsistent() {
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == scalars.count,
      "an array of shape \(shape) cannot hold \(scalars.count) numbers")
  }
}
