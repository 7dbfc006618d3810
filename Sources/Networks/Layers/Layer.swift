import Tensors

/// One layer of a network: a function of a batch, with named parameters. Most have one input; those
/// with several are a ``Junction``.
///
/// Shapes leave out the batch axis: images are [height, width, channels], vectors [n].
/// Verification is not a layer's business: see `BoundedLayer` in the module Bounds.
public protocol Layer: Sendable {
  /// The name used in messages and files, such as "Convolution".
  static var kind: String { get }

  /// The shape of the output for an input shape; throws ``ShapeMismatch`` if they do not fit.
  func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int]

  /// The output for a batch [N, …input shape].
  func forward(_ input: Tensor) -> Tensor

  /// ``outputShape(for:)`` for any number of inputs; a layer of one input refuses more.
  func outputShape(ofAll inputs: [[Int]]) throws(ShapeMismatch) -> [Int]

  /// ``forward(_:)`` for any number of inputs.
  func forward(all inputs: [Tensor]) -> Tensor

  /// Whether each scalar of the output belongs to the same place of the input (or of all inputs).
  /// Without a default: by this a state dict knows whether what is behind a flatten still has the
  /// order of an image, and a wrong answer would load weights in a wrong order.
  var keepsOrder: Bool { get }

  /// Multiply-adds with weights that one example's output takes, for its shape.
  func multiplyAdds(output: [Int]) -> Int

  /// Trained tensors by name, in a fixed order.
  var parameters: [(name: String, value: Tensor)] { get }

  /// Constant tensors by name, saved with the parameters but not trained.
  var constants: [(name: String, value: Tensor)] { get }

  /// The same layer with every tensor (parameters, then constants) replaced.
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

/// A layer of several inputs.
public protocol Junction: Layer {}

extension Junction {
  public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    try outputShape(ofAll: [input])
  }

  public func forward(_ input: Tensor) -> Tensor { forward(all: [input]) }
}

/// Why a layer cannot take an input of a shape; the network adds the layer's path.
public struct ShapeMismatch: Error, Sendable, Equatable {
  public let expected: String
  public let found: [Int]

  public init(expected: String, found: [Int]) {
    self.expected = expected
    self.found = found
  }
}
