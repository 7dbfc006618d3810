import Tensors

/// One layer of a network: a function of a batch, with named tensors. Most have one input; those
/// with several are a ``Junction``.
///
/// A layer says three things: which shapes fit it, what it computes, and which tensors it has. A
/// ``Network`` checks the shapes once, so that ``forward(_:)`` may rely on them. Layers are values:
/// training makes layers with other tensors by ``replacingTensors(_:)``.
///
/// Shapes leave out the batch axis: images are [height, width, channels], vectors [n]. Verification
/// is not a layer's business: see `BoundedLayer` in the module Bounds, to which a custom layer
/// conforms as well if it is to be certified.
public protocol Layer: Sendable {
  /// The name used in messages and files, such as "Convolution".
  static var kind: String { get }

  /// Returns the shape of the output for an input shape.
  ///
  /// - Throws: ``ShapeMismatch`` if the layer does not take such inputs.
  func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int]

  /// Computes the output for a batch. It records what gradients need where the batch or the layer's
  /// tensors are tracked.
  ///
  /// - Parameter input: [N, …input shape].
  /// - Returns: [N, …output shape].
  /// - Precondition: The input has a shape that ``outputShape(for:)`` accepts.
  func forward(_ input: Tensor) -> Tensor

  /// Returns the shape of the output for the shapes of any number of inputs.
  ///
  /// - Throws: ``ShapeMismatch`` if they do not fit; a layer of one input refuses more.
  func outputShape(ofAll inputs: [[Int]]) throws(ShapeMismatch) -> [Int]

  /// Computes the output for any number of inputs, each [N, …input shape].
  func forward(all inputs: [Tensor]) -> Tensor

  /// Whether each scalar of the output belongs to the same place of the input (or of all inputs).
  ///
  /// It has no default: by this a state dict knows whether what is behind a flatten still has the
  /// order of an image, and a wrong answer would load weights in a wrong order.
  var keepsOrder: Bool { get }

  /// Returns the multiply-adds with weights that one example's output takes, for its shape; 0 for
  /// layers without weights. Forecasts of a training step's cost use it.
  func multiplyAdds(output: [Int]) -> Int

  /// Trained tensors by name, in a fixed order; the names are those of PyTorch, such as "weight".
  var parameters: [(name: String, value: Tensor)] { get }

  /// Constant tensors by name, saved with the parameters but not trained.
  var constants: [(name: String, value: Tensor)] { get }

  /// Returns the same layer with every tensor (parameters, then constants) replaced.
  ///
  /// - Parameter transform: Maps a tensor's name and value to its new value, of the same shape.
  /// - Throws: What `transform` throws.
  func replacingTensors(_ transform: (String, Tensor) throws -> Tensor) rethrows -> Self
}

extension Layer {
  public var parameters: [(name: String, value: Tensor)] { [] }
  public var constants: [(name: String, value: Tensor)] { [] }
  public func multiplyAdds(output: [Int]) -> Int { 0 }

  public func outputShape(ofAll inputs: [[Int]]) throws(ShapeMismatch) -> [Int] {
    guard inputs.count == 1 else {
      throw ShapeMismatch(expected: "one input, not \(inputs.count)", found: inputs.first ?? [])
    }
    return try outputShape(for: inputs[0])
  }

  public func forward(all inputs: [Tensor]) -> Tensor { forward(inputs[0]) }
  public func replacingTensors(
    _ transform: (String, Tensor) throws -> Tensor
  ) rethrows -> Self { self }
}

/// A layer of several inputs, such as a sum or a concatenation. It states its shape and its output
/// for all inputs; for a single one they follow.
public protocol Junction: Layer {}

extension Junction {
  public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    try outputShape(ofAll: [input])
  }

  public func forward(_ input: Tensor) -> Tensor { forward(all: [input]) }
}

/// Why a layer cannot take an input of a shape. A ``Network`` adds the layer's path and throws
/// ``NetworkError/shape(path:kind:expected:found:)``.
public struct ShapeMismatch: Error, Sendable, Equatable {
  /// What the layer takes, as words that follow "needs": such as "3 channels".
  public let expected: String
  /// The shape that it cannot take, without the batch axis.
  public let found: [Int]

  /// Describes what is wanted and what was found.
  public init(expected: String, found: [Int]) {
    self.expected = expected
    self.found = found
  }
}
