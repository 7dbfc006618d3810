/// A place that holds arrays and computes with them: its memory, and its kernels, which come in
/// families.
///
/// Operations reach kernels only through the device of their operands (`x.device.elementwise` and
/// so on), so a second device is one more type that conforms to this protocol; nothing else
/// changes. ``Host`` is this machine's processor, and every tensor made from Swift's numbers lives
/// there. A second device may keep its memory where the host cannot point to it:
/// ``DeviceArray/read(_:)`` then copies.
///
/// There are ten families, because these are the groups of kernels that share their loops: a
/// family can be written, tested and made fast alone. The protocols of the families are the
/// contracts of the kernels. An implementation need not repeat them, and a caller need not read an
/// implementation.
///
/// An operation consists of two kernels as a rule: one that computes it and one, named `…Gradient`,
/// that maps the gradients of its outputs to those of its inputs. The files of `Operations` put the
/// two together and record them on the tape. A kernel knows neither tapes nor tensors.
///
/// What holds for every kernel of every family, unless its comment says otherwise:
///
/// - **Shapes.** Arrays are dense and row-major, images are [N, H, W, C]. The caller has checked
///   what an operation promises its users; a kernel traps on shapes that it cannot work with. A
///   batch of no examples is allowed and gives empty arrays, and zeros for sums and means over it.
/// - **Operands.** All operands of one call live on the device whose kernel is called. A kernel of
///   the host ends the process when it receives an array that the host cannot reach.
/// - **Aliasing.** Results are new arrays. An operand is only read, so the same array may stand for
///   several operands. An `inout` array is written in place; it becomes the only owner of its
///   memory first and must not be an operand as well.
/// - **NaN and infinity** follow IEEE 754: a kernel may not drop a NaN that a sum or a bound would
///   have shown, since a bound that has lost a NaN looks like a proof. Where a case is open (a
///   maximum, a clamp) the comment decides it.
/// - **Derivatives** are functions of their own, named `…Gradient`. They take the gradients of the
///   outputs and give those of the inputs; at a kink they take the value that the comment names. A
///   gradient has the shape of the array that it belongs to.
/// - **Rounding.** A result does not depend on what else runs on the device. Sums over a batch have
///   one order, whatever the number of threads, but for matrix products and convolutions, whose
///   library may split a sum. Numbers are Float; "in Double" says that a kernel computes in Double
///   and rounds last. "Rounded outwards" says that a lower end is rounded down and an upper end up.
///   Where a comment says neither, a bound holds in real arithmetic, and rounding of Float
///   arithmetic is not accounted for.
package protocol Device: Sendable {
  /// The name that people know the device by, such as `host`; messages about arrays on the wrong
  /// device show it.
  var name: String { get }

  // MARK: Memory

  /// Returns memory for `count` scalars, whose contents are undefined.
  ///
  /// Only ``Buffer`` calls this, and it gives the memory back with ``free(_:count:)`` exactly once.
  /// A device that has no memory left ends the process.
  func allocate(_ count: Int) -> DeviceMemory
  /// Takes back memory that ``allocate(_:)`` has returned for the same count. Nobody reads or
  /// writes it any more.
  func free(_ memory: DeviceMemory, count: Int)
  /// Copies all scalars between two buffers of this device that have the same count and do not
  /// overlap.
  func copy(_ source: Buffer, to target: Buffer)
  /// Writes one value to every scalar of a buffer, which may be undefined before.
  func fill(_ buffer: Buffer, with value: Float)
  /// Writes scalars of the host's memory to a buffer.
  ///
  /// - Precondition: There are as many scalars as the buffer has.
  func write(_ scalars: UnsafeBufferPointer<Float>, to buffer: Buffer)
  /// Reads all scalars of a buffer into the host's memory. It waits for what still computes them,
  /// if the device works asynchronously.
  ///
  /// - Precondition: The memory has room for as many scalars as the buffer has.
  func read(_ buffer: Buffer, into scalars: UnsafeMutableBufferPointer<Float>)

  // MARK: Families of kernels

  /// Work on each scalar by itself, on intervals of scalars, and sums over whole arrays.
  var elementwise: any ElementwiseKernels { get }
  /// Matrix products, softmax of rows, and work on channels.
  var matrices: any MatrixKernels { get }
  /// Convolutions, their transposes and gradients, and rows of the matrices that they are.
  var convolutions: any ConvolutionKernels { get }
  /// Average and max pooling.
  var windows: any WindowKernels { get }
  /// Copies of scalars to other places: rows, channels, permutations.
  var arrangements: any ArrangementKernels { get }
  /// Lines and planes that stand for layers that are not linear, in backward passes.
  var relaxations: any RelaxationKernels { get }
  /// Sums over linear forms: constants, concretisation, combination of rows, projected noise.
  var forms: any FormKernels { get }
  /// Losses of a batch with their gradients, and regularisers.
  var losses: any LossKernels { get }
  /// Points of norm balls, which attacks look for.
  var balls: any BallKernels { get }
  /// Bounds that account for rounding, which certificates are made of.
  var outward: any OutwardKernels { get }
}

extension Device {
  /// Returns an array of a shape whose scalars are undefined; the caller writes all of them before
  /// it reads any.
  package func empty(_ shape: [Int]) -> DeviceArray { DeviceArray(shape: shape, on: self) }

  /// Returns an array of a shape with one value everywhere.
  package func filled(_ shape: [Int], with value: Float) -> DeviceArray {
    let array = empty(shape)
    fill(array.buffer, with: value)
    return array
  }

  /// Returns an array of zeros, such as a sum that kernels add to.
  package func zeros(_ shape: [Int]) -> DeviceArray { filled(shape, with: 0) }

  /// Returns a number as an array without axes (shape `[]`), as losses are.
  package func scalar(_ value: Float) -> DeviceArray { filled([], with: value) }
}

/// What a forward kernel leaves for its gradient, such as the places of maxima.
///
/// The content is the device's private matter: it need not be made of arrays, and only the device
/// that made it can read it. An operation keeps the residual in its pullback and hands it back to
/// the gradient kernel of the same device, which casts it to the type that it knows.
package protocol Residual: Sendable {}
