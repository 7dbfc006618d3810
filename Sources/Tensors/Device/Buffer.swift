/// A number of scalars in a device's memory, counted by reference; the memory goes back to the
/// device when the last owner goes.
///
/// Sendable because the contents change only while one owner holds them
/// (``DeviceArray/makeUnique()``).
package final class Buffer: @unchecked Sendable {
  /// The number of scalars.
  package let count: Int
  /// The device whose memory it is.
  package let device: any Device
  package let memory: DeviceMemory

  /// Takes memory of a device, whose contents are undefined.
  package init(count: Int, on device: any Device) {
    (self.count, self.device) = (count, device)
    memory = device.allocate(count)
  }

  deinit { device.free(memory, count: count) }
}

/// Memory that nobody else points to: it may change threads.
package struct DeviceMemory: @unchecked Sendable {
  /// Where the host reads and writes the scalars in place; nil where it has to copy them.
  package let hostPointer: UnsafeMutablePointer<Float>?
  /// What the device knows the memory by.
  package let handle: Int

  package init(hostPointer: UnsafeMutablePointer<Float>?, handle: Int) {
    (self.hostPointer, self.handle) = (hostPointer, handle)
  }
}
