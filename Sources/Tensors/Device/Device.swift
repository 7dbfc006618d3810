/// A place that holds arrays and computes with them: its memory, and what it does in families of
/// kernels.
///
/// Operations reach kernels only through the device of their operands, so a second device is one
/// more type that conforms to this protocol; nothing else changes. There are nine families,
/// because these are the groups of kernels that share their loops: a family can be written, tested
/// and made fast alone.
///
/// What holds for every kernel of every family, unless its comment says otherwise:
///
/// - **Shapes.** Arrays are dense and row-major, images are [N, H, W, C]. The caller has checked
///   what an operation promises its users; a kernel traps on shapes that it cannot work with. A
///   batch of no examples is allowed and gives empty arrays, and zeros for what is summed over it.
/// - **Aliasing.** Results are new arrays. An operand is only read, so the same array may stand for
///   several operands. An `inout` array is written in place; it becomes the only owner of its
///   memory first and must not be an operand as well.
/// - **NaN and infinity** follow IEEE 754: a kernel may not drop a NaN that a sum or a bound would
///   have shown. Where a case is open (a maximum, a clamp) the comment decides it.
/// - **Derivatives** are functions of their own, named `…Gradient`. They take the gradients of the
///   outputs and give those of the inputs; at a kink they take the value that the comment names.
/// - **Rounding.** A result does not depend on what else runs on the device. Sums over a batch have
///   one order, whatever the number of threads, but for matrix products and convolutions, whose
///   library may split a sum.
package protocol Device: Sendable {
  /// What people call it.
  var name: String { get }

  // MARK: Memory

  /// Memory for a number of scalars, whose contents are undefined.
  func allocate(_ count: Int) -> DeviceMemory
  /// Takes back the memory of a number of scalars.
  func free(_ memory: DeviceMemory, count: Int)
  /// Copies all scalars between two buffers of this device.
  func copy(_ source: Buffer, to target: Buffer)
  /// Writes one value everywhere.
  func fill(_ buffer: Buffer, with value: Float)
  /// Writes the host's scalars, as many as the buffer has.
  func write(_ scalars: UnsafeBufferPointer<Float>, to buffer: Buffer)
  /// Reads all scalars into the host's memory.
  func read(_ buffer: Buffer, into scalars: UnsafeMutableBufferPointer<Float>)

  // MARK: Families of kernels

  var elementwise: any ElementwiseKernels { get }
  var matrices: any MatrixKernels { get }
  var convolutions: any ConvolutionKernels { get }
  var windows: any WindowKernels { get }
  var arrangements: any ArrangementKernels { get }
  var relaxations: any RelaxationKernels { get }
  var forms: any FormKernels { get }
  var losses: any LossKernels { get }
  var balls: any BallKernels { get }
}

extension Device {
  /// An array whose scalars are undefined.
  package func empty(_ shape: [Int]) -> DeviceArray { DeviceArray(shape: shape, on: self) }

  /// An array with one value everywhere.
  package func filled(_ shape: [Int], with value: Float) -> DeviceArray {
    let array = empty(shape)
    fill(array.buffer, with: value)
    return array
  }

  /// An array of zeros.
  package func zeros(_ shape: [Int]) -> DeviceArray { filled(shape, with: 0) }

  /// A number as an array without axes.
  package func scalar(_ value: Float) -> DeviceArray { filled([], with: value) }
}

/// What a forward kernel leaves for its gradient, such as the places of maxima. Only the device
/// that made it can read it.
package protocol Residual: Sendable {}
