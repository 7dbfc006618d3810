/// A dense, row-major array of Float32 in a device's memory: what kernels read and write.
///
/// An array is a shape and a reference to a ``Buffer``. Copies share one buffer until one of them
/// changes (copy on write), and views under another shape share it too, so both are free. The
/// number of scalars in the buffer is always the product of the shape's extents.
///
/// An array is plain data: it has no gradient, which is what ``Tensor`` adds to it. Kernels,
/// pullbacks and the tape speak of arrays, so none of them can record an operation by mistake.
package struct DeviceArray: Sendable {
  /// The extents of the axes, the first of them the slowest in memory; empty for a number. Extents
  /// may be 0.
  package let shape: [Int]
  /// The memory, shared with the copies and views of this array that have not changed since.
  package private(set) var buffer: Buffer

  /// The number of scalars, which is the product of ``shape``.
  package var count: Int { buffer.count }
  /// The device whose memory holds the scalars, and whose kernels compute with them.
  package var device: any Device { buffer.device }

  /// Creates an array in memory of a device, whose contents are undefined.
  ///
  /// - Precondition: No extent is negative.
  package init(shape: [Int], on device: any Device) {
    precondition(shape.allSatisfy { $0 >= 0 }, "negative extent in shape \(shape)")
    self.init(shape: shape, sharing: Buffer(count: shape.reduce(1, *), on: device))
  }

  /// Takes a buffer of as many scalars as the shape has.
  private init(shape: [Int], sharing buffer: Buffer) {
    (self.shape, self.buffer) = (shape, buffer)
  }

  /// Returns the same scalars, in the same order, under another shape. Nothing is copied.
  ///
  /// - Precondition: Both shapes have the same number of scalars, and no extent is negative.
  package func viewed(as shape: [Int]) -> DeviceArray {
    precondition(
      shape.reduce(1, *) == count && shape.allSatisfy { $0 >= 0 },
      "cannot view shape \(self.shape) as \(shape)")
    return DeviceArray(shape: shape, sharing: buffer)
  }

  /// An array of zeros of the same shape on the same device: the gradient of an output that nothing
  /// depends on.
  package var zeros: DeviceArray { device.zeros(shape) }

  /// Makes this array the only owner of its buffer, which may then be written in place.
  ///
  /// It copies the scalars if the buffer is shared. Every kernel that writes an `inout` array
  /// begins with this, so that other arrays never see the change.
  package mutating func makeUnique() {
    guard !isKnownUniquelyReferenced(&buffer) else { return }
    let copy = Buffer(count: count, on: device)
    device.copy(buffer, to: copy)
    buffer = copy
  }
}

// MARK: On the host

extension DeviceArray {
  /// Calls `body` with the scalars in row-major order, for as long as it runs.
  ///
  /// These are the scalars in place where the host reaches the device's memory, else a copy of
  /// them.
  ///
  /// - Throws: What `body` throws.
  package func read<R, E: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    if let start = buffer.memory.hostPointer {
      defer { withExtendedLifetime(buffer) {} }
      return try body(UnsafeBufferPointer(start: start, count: count))
    }
    let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
    defer { copy.deallocate() }
    buffer.device.read(buffer, into: copy)
    return try body(UnsafeBufferPointer(copy))
  }

  /// Calls `body` with the scalars to change; what it leaves there is the array's new contents.
  ///
  /// A shared buffer is copied first. Where the host does not reach the memory, the scalars go to
  /// the host and back; they go back when `body` throws, too.
  ///
  /// - Throws: What `body` throws.
  package mutating func modify<R, E: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    makeUnique()
    if let start = buffer.memory.hostPointer {
      defer { withExtendedLifetime(buffer) {} }
      return try body(UnsafeMutableBufferPointer(start: start, count: count))
    }
    let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
    defer { copy.deallocate() }
    buffer.device.read(buffer, into: copy)
    defer { buffer.device.write(UnsafeBufferPointer(copy), to: buffer) }
    return try body(copy)
  }

  /// The scalars in row-major order, as a copy in the host's memory.
  package var scalars: [Float] { read { Array($0) } }

  /// The only scalar of an array with one element, such as a loss.
  ///
  /// - Precondition: ``count`` is 1.
  package var scalar: Float {
    precondition(count == 1, "an array of shape \(shape) is not a scalar")
    return read { $0[0] }
  }
}
