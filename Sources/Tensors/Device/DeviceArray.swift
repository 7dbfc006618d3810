/// A dense, row-major array of Float32 in a device's memory: what kernels read and write.
///
/// Copies share one buffer until one of them changes. An array is plain data: it has no gradient,
/// which is what ``Tensor`` adds to it. Kernels, pullbacks and the tape speak of arrays, so none of
/// them can record an operation by mistake.
package struct DeviceArray: Sendable {
  package let shape: [Int]
  package private(set) var buffer: Buffer

  /// The number of scalars.
  package var count: Int { buffer.count }
  package var device: any Device { buffer.device }

  /// Takes memory of a device, whose contents are undefined.
  package init(shape: [Int], on device: any Device) {
    precondition(shape.allSatisfy { $0 >= 0 }, "negative extent in shape \(shape)")
    self.init(shape: shape, sharing: Buffer(count: shape.reduce(1, *), on: device))
  }

  private init(shape: [Int], sharing buffer: Buffer) {
    (self.shape, self.buffer) = (shape, buffer)
  }

  /// The same scalars under another shape.
  package func viewed(as shape: [Int]) -> DeviceArray {
    precondition(
      shape.reduce(1, *) == count && shape.allSatisfy { $0 >= 0 },
      "cannot view shape \(self.shape) as \(shape)")
    return DeviceArray(shape: shape, sharing: buffer)
  }

  /// Zeros of the same shape on the same device.
  package var zeros: DeviceArray { device.zeros(shape) }

  /// Makes this array the only owner of its buffer, which may then be written in place.
  package mutating func makeUnique() {
    guard !isKnownUniquelyReferenced(&buffer) else { return }
    let copy = Buffer(count: count, on: device)
    device.copy(buffer, to: copy)
    buffer = copy
  }
}

// MARK: On the host

extension DeviceArray {
  /// Gives `body` the scalars in row-major order: those in place where the host reaches the
  /// device's memory, else a copy of them.
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

  /// Gives `body` the scalars to change; what it leaves there is the array's new contents.
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

  /// The scalars in row-major order (a copy).
  package var scalars: [Float] { read { Array($0) } }

  /// The only scalar of an array with one element.
  package var scalar: Float {
    precondition(count == 1, "an array of shape \(shape) is not a scalar")
    return read { $0[0] }
  }
}
