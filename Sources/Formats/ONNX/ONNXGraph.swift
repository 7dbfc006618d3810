import Foundation
import Networks
import Tensors

/// A network in the making from an ONNX graph: values and constants by name.
///
/// ONNX images are [batch, C, H, W]; ours are [batch, H, W, C]. A flattened image remembers its
/// shape, so that the columns of the matrix behind it can be put into our order.
struct ONNXGraph {
  struct Value {
    let index: Int
    /// Ours, without the batch: [H, W, C], [n], or another that is the same there.
    let shape: [Int]
    /// The image whose scalars a vector holds, in our order.
    var image: [Int]?
    /// Whether it is a vector that is the same in both orders.
    var isPlainVector: Bool {
      shape.count == 1 && (image.map { $0[2] == 1 || $0[0] * $0[1] == 1 } ?? true)
    }
  }

  enum Operand {
    case value(Value)
    case constant(ONNXConstant)
    /// A step of x · Φ(x) as exporters write it out.
    case gelu(ONNXGELU)
  }

  let reader: ONNXTensorReader
  let input: [Int]
  private(set) var layers: [(path: String, layer: any Layer, inputs: [Int])] = []
  private var operands: [String: Operand]
  private var paths: Set<String> = []
  /// Of all values so far, for one example.
  private var scalars = 0

  /// The most that all values together may have: beyond, a small file could ask for any memory.
  private static let scalarLimit = 1 << 28

  init(input name: String, shape: [Int], reader: ONNXTensorReader) {
    input = shape
    self.reader = reader
    operands = [name: .value(Value(index: 0, shape: shape))]
  }

  mutating func define(_ name: String, as operand: Operand) { operands[name] = operand }

  func operand(_ name: String, of node: ONNXNode) throws -> Operand {
    guard let operand = operands[name] else {
      throw node.bad("reads \"\(name)\", which no node before it makes")
    }
    return operand
  }

  func value(_ name: String) -> Value? {
    if case .value(let value) = operands[name] { value } else { nil }
  }

  /// The node's input at a position, which has to be a value.
  func value(_ position: Int, of node: ONNXNode) throws -> Value {
    guard position < node.inputs.count,
      case .value(let value) = try operand(node.inputs[position], of: node)
    else { throw node.bad("input \(position) must be computed, not constant") }
    return value
  }

  /// The constant at a position; nil where it is left out.
  func constant(_ position: Int, of node: ONNXNode) throws -> ONNXConstant? {
    guard position < node.inputs.count, !node.inputs[position].isEmpty else { return nil }
    guard case .constant(let constant) = try operand(node.inputs[position], of: node) else {
      throw node.bad("input \(position) must be a constant")
    }
    return constant
  }

  /// The constant at a position as floats; nil where it is left out.
  func floats(_ position: Int, of node: ONNXNode) throws -> (shape: [Int], scalars: [Float])? {
    guard let constant = try constant(position, of: node) else { return nil }
    guard case .floats(let shape, let scalars) = constant else {
      throw node.bad("input \(position) must be a constant of floats")
    }
    return (shape, scalars)
  }

  /// The constant at a position as integers; nil where it is left out.
  func integers(_ position: Int, of node: ONNXNode) throws -> [Int]? {
    guard let constant = try constant(position, of: node) else { return nil }
    guard case .integers(_, let scalars) = constant else {
      throw node.bad("input \(position) must be a constant of integers")
    }
    return scalars
  }

  /// Adds a layer and returns its output.
  mutating func append(
    _ layer: any Layer, to inputs: [Value], for node: ONNXNode, image: [Int]? = nil
  ) throws -> Value {
    let shape: [Int]
    do { shape = try layer.outputShape(ofAll: inputs.map(\.shape)) } catch {
      throw node.bad("needs \(error.expected), but its input is \(error.found)")
    }
    let count = ONNXTensorReader.count(of: shape) ?? .max
    guard count <= Self.scalarLimit - scalars else {
      throw node.bad("gives \(shape), which with all before is too large for one example")
    }
    scalars += count
    layers.append((path(of: node), layer, inputs.map(\.index)))
    return Value(index: layers.count, shape: shape, image: image)
  }

  /// Adds a layer; its output has the node's name.
  mutating func add(
    _ layer: any Layer, to inputs: [Value], for node: ONNXNode, image: [Int]? = nil
  ) throws {
    alias(try append(layer, to: inputs, for: node, image: image), for: node)
  }

  /// Gives the node's output to a value that is there already.
  mutating func alias(_ value: Value, for node: ONNXNode) {
    define(node.proto.output[0], as: .value(value))
  }

  /// A name for the layer: its weight's, as PyTorch has it, or the node's.
  private mutating func path(of node: ONNXNode) -> String {
    let weight = node.inputs.dropFirst().first.flatMap { name in
      name.hasSuffix(".weight") ? String(name.dropLast(".weight".count)) : nil
    }
    let wanted = weight ?? node.name
    var path = wanted
    var copy = 2
    while !paths.insert(path).inserted {
      path = "\(wanted)-\(copy)"
      copy += 1
    }
    return path
  }
}

extension ONNXGraph {
  /// The network of the layers that a value depends on.
  ///
  /// Throws ``NetworkError``.
  func network(of output: Value) throws(NetworkError) -> Network {
    var needed: Set<Int> = [output.index]
    for index in layers.indices.reversed() where needed.contains(index + 1) {
      needed.formUnion(layers[index].inputs)
    }
    var numbers = [0: 0]
    var graph: [(path: String, layer: any Layer, inputs: [Int])] = []
    for (index, layer) in layers.enumerated() where needed.contains(index + 1) {
      graph.append((layer.path, layer.layer, layer.inputs.map { numbers[$0]! }))
      numbers[index + 1] = graph.count
    }
    return try Network(input: input, graph: graph)
  }
}
