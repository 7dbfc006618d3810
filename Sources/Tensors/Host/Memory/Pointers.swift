extension Buffer {
  /// The scalars, where this machine reaches them.
  var pointer: UnsafeMutablePointer<Float> {
    guard let pointer = memory.hostPointer else {
      fatalError("a kernel of the host was given an array of the device \(device.name)")
    }
    return pointer
  }

  /// Memory of the host that a kernel needs while it runs, from the pool and back to it.
  convenience init(count: Int) { self.init(count: count, on: Host()) }
}

extension DeviceArray {
  /// The scalars, for reading, while the array lives. Kernels receive their operands as parameters,
  /// which the caller keeps alive, and extend that with ``keepAlive(_:)``.
  var pointer: UnsafePointer<Float> { UnsafePointer(buffer.pointer) }

  /// The scalars, for writing, while the array lives; they are copied first if they are shared.
  mutating func ownPointer() -> UnsafeMutablePointer<Float> {
    makeUnique()
    return buffer.pointer
  }
}

/// Ends the lifetimes of operands whose pointers a kernel has used.
@inline(__always)
func keepAlive<each Operand>(_ operands: repeat each Operand) {
  withExtendedLifetime((repeat each operands)) {}
}

/// Uninitialised memory of the host for a result.
func result(_ shape: [Int]) -> (array: DeviceArray, pointer: UnsafeMutablePointer<Float>) {
  let array = DeviceArray(shape: shape, on: Host())
  return (array, array.buffer.pointer)
}
