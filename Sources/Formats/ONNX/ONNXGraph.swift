import Foundation
import Networks
import Tensors

/// A network in the making from an ONNX graph: values and constants by name.
///
/// ONNX images are [batch, C, H, W]; ours are [batch, H, W, C]. A value keeps its axes as ONNX
/// counts them beside its shape here, so that reshaping costs nothing until a layer needs it, and
/// the columns of a matrix behind a flattened image can be put into our order.
struct ONNXGraph {
  struct Value {
    let index: Int
    /// The shape in the network, without the batch.
    let shape: [Int]
    /// The axes of one example as ONNX has them: without the batch, if the graph has one.
    var axes: [Int]
    /// [H, W, C] where the scalars lie channels last and ONNX has [C, H, W]; nil where both orders
    /// are the same.
    private(set) var image: [Int]?

    init(index: Int, shape: [Int], axes: [Int], image: [Int]? = nil) {
      (self.index, self.shape, self.axes) = (index, shape, axes)
      self.image = image.flatMap { $0[2] == 1 || $0[0] * $0[1] == 1 ? nil : $0 }
    }

    var count: Int { axes.reduce(1, *) }

    /// Whether two values hold the same scalars in the same places.
    func isSame(as other: Value) -> Bool {
      index == other.index && axes == other.axes && image == other.image
    }
  }

  enum Operand {
    case value(Value)
    case constant(ONNXConstant)
    /// A comparison of a value with a number.
    case condition(ONNXCondition)
    /// A part of a function that exporters write out, which is no layer by itself.
    case part(ONNXFunctionPart)
  }

  let reader: ONNXTensorReader
  /// The network's input, as a shape here.
  let input: [Int]
  /// Whether the first axis of every value is the batch.
  let hasBatch: Bool
  /// What stands for the batch in shapes that the graph computes with: its size if the file fixes
  /// it, else a number that no other extent has.
  let batch: Int
  private(set) var layers: [(path: String, layer: any Layer, inputs: [Int])] = []
  /// What is known of values that belong to a function which exporters write in several nodes.
  var notes: [Int: ONNXNote] = [:]
  private var operands: [String: Operand]
  private var paths: Set<String> = []
  /// The scalars of all values so far, for one example.
  private var scalars = 0

  /// The most that all values together may have: beyond, a small file could ask for any memory.
  private static let scalarLimit = 1 << 28
  /// The batch where the file leaves it open: a prime, so that a shape computed from it is refused
  /// unless the batch is an axis of its own.
  static let openBatch = 2_147_483_629

  init(
    input name: String, _ value: Value, hasBatch: Bool, batch: Int, reader: ONNXTensorReader
  ) {
    (self.reader, input, self.hasBatch, self.batch) = (reader, value.shape, hasBatch, batch)
    operands = [name: .value(value)]
  }

  mutating func define(_ name: String, as operand: Operand) { operands[name] = operand }

  func operand(_ name: String, of node: ONNXNode) throws -> Operand {
    guard let operand = operands[name] else {
      throw node.bad("reads \"\(name)\", which no node before it makes")
    }
    return operand
  }

  /// The operand at a position of a node; nil where it is left out.
  func operand(_ position: Int, of node: ONNXNode) throws -> Operand? {
    guard position < node.inputs.count, !node.inputs[position].isEmpty else { return nil }
    return try operand(node.inputs[position], of: node)
  }

  func operand(named name: String) -> Operand? { operands[name] }

  /// The node's input at a position, which has to be a value.
  func value(_ position: Int, of node: ONNXNode) throws -> Value {
    switch try operand(position, of: node) {
    case .value(let value)?: return value
    case .part(let part)?: throw part.refusal(node)
    case .condition?: throw node.bad("of a comparison is not supported, only Where is")
    case .constant?, nil: throw node.bad("input \(position) must be computed, not constant")
    }
  }

  /// The constant at a position; nil where it is left out.
  func constant(_ position: Int, of node: ONNXNode) throws -> ONNXConstant? {
    guard let operand = try operand(position, of: node) else { return nil }
    guard case .constant(let constant) = operand else {
      throw node.bad("input \(position) must be a constant")
    }
    return constant
  }

  /// The constant at a position as floats; nil where it is left out.
  func floats(_ position: Int, of node: ONNXNode) throws -> (shape: [Int], scalars: [Float])? {
    guard let constant = try constant(position, of: node) else { return nil }
    return (constant.shape, try node.floats(constant, named: "input \(position)"))
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
  ///
  /// - Parameters:
  ///   - axes: The output's axes as ONNX has them; nil for the first input's.
  ///   - image: The output's order; see ``Value/image``.
  mutating func append(
    _ layer: any Layer, to inputs: [Value], for node: ONNXNode, axes: [Int]? = nil,
    image: [Int]? = nil
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
    layers.append((path(of: layer, node), layer, inputs.map(\.index)))
    return Value(index: layers.count, shape: shape, axes: axes ?? inputs[0].axes, image: image)
  }

  /// Adds a layer that works on each scalar by itself.
  mutating func appendElementwise(
    _ layer: any Layer, to x: Value, for node: ONNXNode
  ) throws -> Value {
    try append(layer, to: [x], for: node, image: x.image)
  }

  /// Gives a name of the node's outputs to a value.
  mutating func alias(_ value: Value, for node: ONNXNode, output: Int = 0) {
    guard output < node.proto.output.count, !node.proto.output[output].isEmpty else { return }
    define(node.proto.output[output], as: .value(value))
  }

  /// A name for the layer: its weight's, as PyTorch has it, or the node's; what only brings an input
  /// into the order or shape that the node's own layer needs is named after it.
  private mutating func path(of layer: any Layer, _ node: ONNXNode) -> String {
    let weight = node.inputs.dropFirst().first.flatMap { name in
      name.hasSuffix(".weight") ? String(name.dropLast(".weight".count)) : nil
    }
    let isOrder = layer is Rearrangement || layer is Flatten
    let wanted =
      isOrder && !ONNXOperators.moves.contains(node.operation)
      ? "\(node.name).input" : weight ?? node.name
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
  /// - Throws: ``NetworkError``.
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
