/// A number of scalars in a device's memory, counted by reference: the memory goes back to the
/// device when the last owner goes.
///
/// Arrays are values that share buffers; a buffer itself is never copied implicitly. It has no
/// shape, which is the array's matter. Kernels of the host also use buffers directly for working
/// memory that they need while they run.
///
/// Sendable because the contents change only while one owner holds them
/// (``DeviceArray/makeUnique()``).
package final class Buffer: @unchecked Sendable {
  /// The number of scalars that the owner asked for. The device may have set aside more.
  package let count: Int
  /// The device whose memory it is, and to which the memory returns.
  package let device: any Device
  /// What the device gave; it stays the same as long as the buffer lives.
  package let memory: DeviceMemory

  /// Takes memory of a device for `count` scalars, whose contents are undefined.
  package init(count: Int, on device: any Device) {
    (self.count, self.device) = (count, device)
    memory = device.allocate(count)
  }

  deinit { device.free(memory, count: count) }
}

/// A piece of a device's memory, as the device itself names it: a pointer for the host, a handle
/// for others, or both.
///
/// It does not own what it names. A ``Buffer`` is the one owner; before that, it lies in the
/// device's own store of free memory. So nobody else points to it, and it may change threads.
package struct DeviceMemory: @unchecked Sendable {
  /// The address at which the host reads and writes the scalars in place; nil where it has to copy
  /// them with ``Device/read(_:into:)`` and ``Device/write(_:to:)``.
  package let hostPointer: UnsafeMutablePointer<Float>?
  /// The number by which the device finds the memory again when it comes back. ``Host`` keeps the
  /// lane here that took the memory first.
  package let handle: Int

  /// Names memory by the address at which the host reaches it, if it does, and the device's handle.
  package init(hostPointer: UnsafeMutablePointer<Float>?, handle: Int) {
    (self.hostPointer, self.handle) = (hostPointer, handle)
  }
}
