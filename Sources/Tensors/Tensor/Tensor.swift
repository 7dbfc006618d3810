/// A dense, row-major array of Float32 with value semantics.
///
/// ```swift
/// let x = Tensor(shape: [2, 2], [1, 2, 3, 4])
/// print(x * 2)  // Tensor [2, 2]: 2.0, 4.0, 6.0, 8.0
/// ```
///
/// Images are NHWC: `[batch, height, width, channels]`. The first axis is the batch in nearly all
/// operations, and its entries are called rows. Copies share their memory until one of them
/// changes, which only assignment and mutating methods such as ``modify(_:)`` do.
///
///     let x = Tensor(shape: [2, 2], [1, 2, 3, 4])
///     print(x * 2)  // Tensor [2, 2]: 2.0, 4.0, 6.0, 8.0
///
/// A tensor made inside `withGradients(at:of:)` from the tensors given there is *tracked*: it
/// also has a place on the tape, by which its gradient is found. Everything else is plain data, a
/// constant. Operations do the same arithmetic with both; they record what they did if any of their
/// operands is tracked.
///
/// What cannot be differentiated refuses a tracked tensor, so that no gradient is lost silently:
/// write `detached` where a constant is meant. Such a mistake is one of the program, not of its
/// data, so it ends the process with a message that names the operation.
public struct Tensor: Sendable {
  /// The scalars and their shape, on the device that they live on.
  var array: DeviceArray
  /// The place on a tape where the tensor was made; nil for a constant.
  private(set) var position: TapePosition?

  /// Makes a tensor of an array. Only the functions that record operations and the tape itself pass
  /// a position.
  init(_ array: DeviceArray, at position: TapePosition? = nil) {
    (self.array, self.position) = (array, position)
  }

  /// The extents of the axes, the first of them the slowest in memory; empty for a scalar.
  public var shape: [Int] { array.shape }

  /// The number of scalars, which is the product of ``shape``.
  public var count: Int { array.count }

  /// The device that computes with this tensor. Operations take their kernels from it.
  var device: any Device { array.device }

  /// Whether gradients flow to this tensor.
  package var isTracked: Bool { position != nil }

  /// The same values, unknown to any tape: a constant. It shares its memory with this tensor.
  package var detached: Tensor { Tensor(array) }
}

// MARK: Tensors of the host's numbers

extension Tensor {
  /// Creates a tensor from scalars in row-major order.
  ///
  /// - Precondition: There are as many scalars as the product of the shape's extents.
  public init(shape: [Int], _ scalars: some Collection<Float>) {
    self.init(Host.array(shape: shape, scalars))
  }

  /// Creates a tensor with one value everywhere.
  public init(shape: [Int], repeating value: Float) {
    self.init(Host.array(shape: shape, repeating: value))
  }

  /// Creates a tensor whose scalars `body` writes, all of them, in row-major order. They are
  /// undefined before.
  init(shape: [Int], writing body: (UnsafeMutablePointer<Float>) -> Void) {
    self.init(Host.array(shape: shape, writing: body))
  }

  /// Returns a tensor of zeros.
  public static func zeros(_ shape: [Int]) -> Tensor { Tensor(Host.zeros(shape)) }

  /// Returns the same values on another device. It is not differentiable, and a tracked tensor is
  /// refused.
  package func copied(to device: any Device) -> Tensor {
    var copy = device.empty(shape)
    constant(in: "copied(to:)").read { scalars in
      copy.makeUnique()
      device.write(scalars, to: copy.buffer)
    }
    return Tensor(copy)
  }
}
