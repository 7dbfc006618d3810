extension Buffer {
  /// The address of the scalars. It ends the process where this machine does not reach them, which
  /// is a mistake in an operation: it has mixed devices.
  var pointer: UnsafeMutablePointer<Float> {
    guard let pointer = memory.hostPointer else {
      fatalError("a kernel of the host was given an array of the device \(device.name)")
    }
    return pointer
  }

  /// Takes working memory of the host that a kernel needs while it runs, from the pool and back to
  /// it.
  convenience init(count: Int) { self.init(count: count, on: Host()) }
}

extension DeviceArray {
  /// The address of the scalars, for reading, while the array lives.
  ///
  /// Kernels receive their operands as parameters, which the caller keeps alive. The compiler may
  /// end a parameter's life after its last use, though, so kernels extend it to the end of their
  /// loops with ``keepAlive(_:)``.
  var pointer: UnsafePointer<Float> { UnsafePointer(buffer.pointer) }

  /// Returns the address of the scalars, for writing, while the array lives; they are copied first
  /// if they are shared.
  mutating func ownPointer() -> UnsafeMutablePointer<Float> {
    makeUnique()
    return buffer.pointer
  }
}

/// Ends the lifetimes of operands whose pointers a kernel has used, here and not before.
@inline(__always)
func keepAlive<each Operand>(_ operands: repeat each Operand) {
  withExtendedLifetime((repeat each operands)) {}
}

/// Returns an array for a kernel's result, whose scalars are undefined, with the address to write
/// them to. The kernel has to write all of them.
func result(_ shape: [Int]) -> (array: DeviceArray, pointer: UnsafeMutablePointer<Float>) {
  let array = DeviceArray(shape: shape, on: Host())
  return (array, array.buffer.pointer)
}
