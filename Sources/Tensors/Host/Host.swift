/// This machine's processor and memory: the device of every tensor made from Swift's numbers.
///
/// Convolutions and products are oneDNN's; what no library has are fused loops, here and in
/// CKernels, where each loop is compiled for several instruction sets. A loop is split among
/// ``Threads``, or runs wholly on one where it is a part of ``Lanes``. Memory comes from
/// ``BufferPool``, so that a step after the first allocates nothing.
///
/// The type itself is empty: a value of it is a name for the machine. Each family of kernels is a
/// type `Host…` that conforms to the family's protocol and only distributes calls to enumerations
/// `…Kernel`, which hold the loops. The protocols have the contracts; comments at a kernel say what
/// is particular to this implementation.
package struct Host: Device {
  /// Creates a name for this machine; all values are equivalent.
  package init() {}

  package var name: String { "host" }

  package var elementwise: any ElementwiseKernels { HostElementwise() }
  package var matrices: any MatrixKernels { HostMatrices() }
  package var convolutions: any ConvolutionKernels { HostConvolutions() }
  package var windows: any WindowKernels { HostWindows() }
  package var arrangements: any ArrangementKernels { HostArrangements() }
  package var relaxations: any RelaxationKernels { HostRelaxations() }
  package var forms: any FormKernels { HostForms() }
  package var losses: any LossKernels { HostLosses() }
  package var balls: any BallKernels { HostBalls() }
  package var outward: any OutwardKernels { HostOutward() }
}

// MARK: Memory

extension Host {
  /// Takes memory from the pool, aligned to 64 bytes.
  package func allocate(_ count: Int) -> DeviceMemory { BufferPool.shared.take(atLeast: count) }

  /// Returns memory to the pool, which keeps it for the next request.
  package func free(_ memory: DeviceMemory, count: Int) {
    BufferPool.shared.put(memory, count: count)
  }

  package func copy(_ source: Buffer, to target: Buffer) {
    target.pointer.update(from: source.pointer, count: source.count)
  }

  package func fill(_ buffer: Buffer, with value: Float) {
    buffer.pointer.initialize(repeating: value, count: buffer.count)
  }

  package func write(_ scalars: UnsafeBufferPointer<Float>, to buffer: Buffer) {
    precondition(scalars.count == buffer.count, "\(scalars.count) scalars for \(buffer.count)")
    if let start = scalars.baseAddress { buffer.pointer.update(from: start, count: buffer.count) }
  }

  package func read(_ buffer: Buffer, into scalars: UnsafeMutableBufferPointer<Float>) {
    precondition(scalars.count == buffer.count, "\(scalars.count) scalars for \(buffer.count)")
    scalars.baseAddress?.update(from: buffer.pointer, count: buffer.count)
  }
}

// MARK: Arrays made of the host's numbers

extension Host {
  /// Returns an array of this machine whose scalars `body` writes, all of them.
  static func array(
    shape: [Int], writing body: (UnsafeMutablePointer<Float>) -> Void
  ) -> DeviceArray {
    let array = DeviceArray(shape: shape, on: Host())
    body(array.buffer.pointer)
    return array
  }

  /// Returns an array of scalars in row-major order.
  ///
  /// - Precondition: There are as many scalars as the shape asks for.
  static func array(shape: [Int], _ scalars: some Collection<Float>) -> DeviceArray {
    let array = DeviceArray(shape: shape, on: Host())
    precondition(scalars.count == array.count, "\(scalars.count) scalars for shape \(shape)")
    let target = UnsafeMutableBufferPointer(start: array.buffer.pointer, count: array.count)
    _ = target.initialize(from: scalars)
    return array
  }

  /// Returns an array with one value everywhere.
  static func array(shape: [Int], repeating value: Float) -> DeviceArray {
    Host().filled(shape, with: value)
  }

  /// Returns an array of zeros.
  static func zeros(_ shape: [Int]) -> DeviceArray { Host().zeros(shape) }
}
