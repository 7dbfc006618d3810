extension Tensor {
  /// The scalars, for reading, while the tensor lives. Only kernels use it; they receive their
  /// operands as parameters, which the caller keeps alive, and extend that with ``keepAlive(_:)``.
  var pointer: UnsafePointer<Float> { UnsafePointer(storage.pointer) }
}

/// Ends the lifetimes of operands whose pointers a kernel has used.
@inline(__always)
func keepAlive<each Operand>(_ operands: repeat each Operand) {
  withExtendedLifetime((repeat each operands)) {}
}

/// Uninitialised memory for a result.
func result(_ shape: [Int]) -> (tensor: Tensor, pointer: UnsafeMutablePointer<Float>) {
  var start: UnsafeMutablePointer<Float>?
  let tensor = Tensor(shape: shape) { start = $0 }
  return (tensor, start!)
}
