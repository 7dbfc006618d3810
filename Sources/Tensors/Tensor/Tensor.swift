/// A dense, row-major array of Float32 with value semantics.
///
/// Images are NHWC: `[batch, height, width, channels]`. A tensor made inside
/// ``withGradients(at:of:)`` from the tensors given there is *tracked*: it also has a place on the
/// tape, which its gradient is found by. Everything else is plain data.
///
///     let x = Tensor(shape: [2, 2], [1, 2, 3, 4])
///     print(x * 2)  // Tensor [2, 2]: 2.0, 4.0, 6.0, 8.0
///
/// What cannot be differentiated refuses a tracked tensor, so that no gradient is lost without a
/// word: write ``detached`` where a constant is meant.
public struct Tensor: Sendable {
  /// The scalars and their shape, on the device that they live on.
  var array: DeviceArray
  private(set) var position: TapePosition?

  init(_ array: DeviceArray, at position: TapePosition? = nil) {
    (self.array, self.position) = (array, position)
  }

  public var shape: [Int] { array.shape }

  /// The number of scalars.
  public var count: Int { array.count }

  /// The device that computes with this tensor.
  var device: any Device { array.device }

  /// Whether gradients flow to this tensor.
  var isTracked: Bool { position != nil }

  /// The same values, unknown to any tape: a constant.
  package var detached: Tensor { Tensor(array) }
}

// MARK: Tensors of the host's numbers

extension Tensor {
  /// Creates a tensor from scalars in row-major order.
  public init(shape: [Int], _ scalars: some Collection<Float>) {
    self.init(Host.array(shape: shape, scalars))
  }

  /// Creates a tensor with one value everywhere.
  public init(shape: [Int], repeating value: Float) {
    self.init(Host.array(shape: shape, repeating: value))
  }

  /// Creates a tensor whose scalars `body` writes, all of them.
  init(shape: [Int], writing body: (UnsafeMutablePointer<Float>) -> Void) {
    self.init(Host.array(shape: shape, writing: body))
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int]) -> Tensor { Tensor(Host.zeros(shape)) }

  /// The same values on another device; not differentiable.
  package func copied(to device: any Device) -> Tensor {
    var copy = device.empty(shape)
    constant(in: "copied(to:)").read { scalars in
      copy.makeUnique()
      device.write(scalars, to: copy.buffer)
    }
    return Tensor(copy)
  }
}
