import Foundation
import Networks
import Tensors

/// A network in the making: the layers so far, and what each name of the ONNX graph stands for.
///
/// ``ONNXReading`` makes one with the input alone, the conversions of ``ONNXOperators`` add to it,
/// and ``network(of:)`` turns it into a ``Network``.
///
/// The difficulty that it hides is order. ONNX images are [batch, C, H, W]; images here are
/// [batch, H, W, C], because the kernels want channels last. If every reshape, flatten and
/// transpose of a file moved scalars, a network of convolutions would come out as a chain of
/// permutations. A ``Value`` therefore keeps two descriptions side by side: the shape that its
/// scalars have in the network, and the axes as ONNX counts them. Reshaping changes only the second
/// and costs nothing. Scalars are moved only where a layer needs another order than they have, and
/// a matrix that reads a flattened image has its columns permuted instead (see `ONNXOrder.swift`).
///
/// Layers are appended in an order in which each reads earlier values only, which is what
/// ``Network`` demands. The graph limits what a small file can ask for: see
/// ``ONNXNode/scalarLimit`` and the limits here.
struct ONNXGraph {
  /// A computed value: the output of a layer, seen under certain axes.
  ///
  /// Two values may share an ``index``, that is the same scalars in memory, and differ in their
  /// axes, as after a Reshape. The product of ``shape`` and the product of ``axes`` are always
  /// equal.
  struct Value {
    /// The number of the value in the network: 0 is the input, i + 1 is the output of layer i.
    let index: Int
    /// The shape that the scalars have in the network, without the batch, such as [H, W, C] for an
    /// image.
    let shape: [Int]
    /// The axes of one example as ONNX counts them, such as [C, H, W] for an image. The batch is
    /// left out if the graph has one.
    var axes: [Int]
    /// The image [H, W, C] in whose order the scalars lie where ONNX has them in the order of
    /// [C, H, W].
    ///
    /// It stays when the axes change: a flattened image has one axis and still the order channels
    /// last. It is nil where both orders are the same, which includes images of one channel or of
    /// one pixel; the initialiser sees to that, so that comparing two values' images compares their
    /// orders.
    private(set) var image: [Int]?

    /// Makes a value; `image` is dropped where channels first and channels last are the same order.
    init(index: Int, shape: [Int], axes: [Int], image: [Int]? = nil) {
      (self.index, self.shape, self.axes) = (index, shape, axes)
      self.image = image.flatMap { $0[2] == 1 || $0[0] * $0[1] == 1 ? nil : $0 }
    }

    /// The number of scalars of one example.
    var count: Int { axes.reduce(1, *) }

    /// Whether two values hold the same scalars in the same places, as ONNX sees them.
    func isSame(as other: Value) -> Bool {
      index == other.index && axes == other.axes && image == other.image
    }
  }

  /// What a name of the ONNX graph stands for while the graph is read.
  ///
  /// Besides computed values and constants there are two kinds that no layer computes. Exporters
  /// write some functions in several nodes, for example GELU as a product with an erf, whose pieces
  /// (a comparison, a sign, an erf) have no bound rule by themselves. Such a piece is kept as a
  /// description until the node arrives that completes a known function; a node that wants it as a
  /// value is refused.
  enum Operand {
    /// A value that depends on the input.
    case value(Value)
    /// An array of numbers that does not depend on the input.
    case constant(ONNXConstant)
    /// A comparison of a value with a number, which `Where` selects by.
    case condition(ONNXCondition)
    /// A part of a function that exporters write out, which is no layer by itself.
    case part(ONNXFunctionPart)
  }

  /// An element type of ONNX. An ``ONNXConstant`` knows only which of three kinds it is of.
  typealias ElementType = Onnx_TensorProto.DataType

  /// What reads tensors that lie in attributes of nodes.
  let reader: ONNXTensorReader
  /// The shape of the network's input, [H, W, C], [n] or any other shape, without the batch.
  let input: [Int]
  /// Whether the first axis of every value in the file is the batch. It is then no axis of
  /// ``Value/axes``, and no operator may reduce, split, move or join it.
  let hasBatch: Bool
  /// The number that stands for the batch in shapes that the graph computes with: its extent if the
  /// file fixes it, else ``openBatch``; 1 where there is no batch.
  let batch: Int
  /// The layers so far, each with its name in the network and the indices of the values that it
  /// reads.
  private(set) var layers: [(path: String, layer: any Layer, inputs: [Int])] = []
  /// What is known of computed values, by ``Value/index``: which function of which other value each
  /// is. The conversions recognise functions that exporters write in several nodes by these notes.
  var notes: [Int: ONNXNote] = [:]
  /// What each name stands for that has been defined so far.
  private var operands: [String: Operand]
  /// The element types of constants by name, as the file has them.
  private var types: [String: ElementType] = [:]
  /// The names of layers that are taken.
  private var paths: Set<String> = []
  /// The scalars of all values so far, for one example.
  private var scalars = 0

  /// The most scalars that all values together may have for one example. Without this limit a file
  /// of a few bytes could ask for any amount of memory, for example by repeating an array again and
  /// again.
  private static let scalarLimit = 1 << 28
  /// What stands for the batch in computed shapes where the file leaves it open.
  ///
  /// Exporters write nodes that compute shapes when the model runs: `Shape`, `Gather` and `Concat`
  /// give the target of a `Reshape`. These nodes are folded with a number in place of the unknown
  /// extent. The number is a prime near 2³¹ that no real extent has. A shape that keeps the batch
  /// as an axis of its own contains exactly this number and is understood. A shape that multiplies
  /// it by other extents joins the batch with other axes; it fits nothing and is refused.
  static let openBatch = 2_147_483_629

  /// Makes a graph without layers.
  ///
  /// - Parameters:
  ///   - name: The name of the input in the file.
  ///   - value: The input, with index 0.
  ///   - hasBatch: Whether the file's first axis is the batch.
  ///   - batch: See ``batch``.
  init(
    input name: String, _ value: Value, hasBatch: Bool, batch: Int, reader: ONNXTensorReader
  ) {
    (self.reader, input, self.hasBatch, self.batch) = (reader, value.shape, hasBatch, batch)
    operands = [name: .value(value)]
  }

  /// Lets a name stand for an operand from here on.
  ///
  /// - Parameter type: The element type of a constant, where it is known.
  mutating func define(_ name: String, as operand: Operand, type: ElementType? = nil) {
    operands[name] = operand
    types[name] = type
  }

  /// Returns the element type of a node's input, or nil where it is not known.
  ///
  /// Values and parts of functions count as Float32, since a network here is a function of real
  /// numbers.
  func elementType(_ position: Int, of node: ONNXNode) -> ElementType? {
    guard node.inputs.indices ~= position else { return nil }
    return switch operands[node.inputs[position]] {
    case .value, .part: .float
    case .condition: .bool
    case .constant: types[node.inputs[position]]
    case nil: nil
    }
  }

  /// Returns what a name stands for that a node reads.
  ///
  /// - Throws: ``FormatError`` where no node before defines the name.
  func operand(_ name: String, of node: ONNXNode) throws -> Operand {
    guard let operand = operands[name] else {
      throw node.bad("reads \"\(name)\", which no node before it makes")
    }
    return operand
  }

  /// Returns the operand at a position of a node's inputs, or nil where an optional input is left
  /// out.
  ///
  /// ONNX lets a node leave out inputs at the end, or in between by an empty name.
  func operand(_ position: Int, of node: ONNXNode) throws -> Operand? {
    guard position < node.inputs.count, !node.inputs[position].isEmpty else { return nil }
    return try operand(node.inputs[position], of: node)
  }

  /// Returns what a name stands for, or nil if nothing defines it.
  func operand(named name: String) -> Operand? { operands[name] }

  /// Returns the input of a node at a position, which has to be a computed value.
  ///
  /// - Throws: ``FormatError`` for a constant or a missing input, and for a comparison or a part of
  ///   a function, with what these are supported for.
  func value(_ position: Int, of node: ONNXNode) throws -> Value {
    switch try operand(position, of: node) {
    case .value(let value)?: return value
    case .part(let part)?: throw part.refusal(node)
    case .condition?: throw node.bad("of a comparison is not supported, only Where is")
    case .constant?, nil: throw node.bad("input \(position) must be computed, not constant")
    }
  }

  /// Returns the constant at a position of a node's inputs, or nil where it is left out.
  ///
  /// - Throws: ``FormatError`` where the input is computed. Settings such as shapes, pads or
  ///   indices have to be constants, since the structure of a network cannot depend on its input.
  func constant(_ position: Int, of node: ONNXNode) throws -> ONNXConstant? {
    guard let operand = try operand(position, of: node) else { return nil }
    guard case .constant(let constant) = operand else {
      throw node.bad("input \(position) must be a constant")
    }
    return constant
  }

  /// Returns the constant at a position as Float32 with its shape, in ONNX's order, or nil where it
  /// is left out.
  ///
  /// - Throws: ``FormatError`` for a computed input, for integers, and for numbers of float64 that
  ///   no Float32 holds.
  func floats(_ position: Int, of node: ONNXNode) throws -> (shape: [Int], scalars: [Float])? {
    guard let constant = try constant(position, of: node) else { return nil }
    return (constant.shape, try node.floats(constant, named: "input \(position)"))
  }

  /// Returns the constant at a position as integers, in ONNX's order, or nil where it is left out.
  ///
  /// - Throws: ``FormatError`` for a computed input and for floating-point numbers.
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
  ///   - inputs: The values that the layer reads, with the shapes that it needs.
  ///   - node: The node that the layer is made for, which gives it its name in the network and is
  ///     named by errors.
  ///   - axes: The output's axes as ONNX counts them; nil for those of the first input.
  ///   - image: The order of the output's scalars; see ``Value/image``.
  /// - Throws: ``FormatError`` where the layer does not take inputs of these shapes, or all values
  ///   together become too large.
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

  /// Adds a layer that computes each scalar from the scalar at the same place, so that the output
  /// has the axes and the order of the input.
  mutating func appendElementwise(
    _ layer: any Layer, to x: Value, for node: ONNXNode
  ) throws -> Value {
    try append(layer, to: [x], for: node, image: x.image)
  }

  /// Gives the name of one of a node's outputs to a value.
  ///
  /// Most conversions end with this call. Nothing happens where the node does not name the output.
  mutating func alias(_ value: Value, for node: ONNXNode, output: Int = 0) {
    guard output < node.proto.output.count, !node.proto.output[output].isEmpty else { return }
    define(node.proto.output[output], as: .value(value))
  }

  /// Returns a free name for a layer.
  ///
  /// If the node's second input is called `x.weight`, as PyTorch's exporter names it, the layer is
  /// called `x`, so that the parameters of the network have the names of the original's state dict.
  /// Otherwise the layer has the node's name. A layer that only brings an input into the order or
  /// shape which the node's layer needs is named after the node with `.input`. A name that is taken
  /// gets a number.
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
  /// Returns the network of the layers that a value depends on, with the values numbered anew.
  ///
  /// Layers that nothing reads are left out here, such as the parts of a Split that no node uses.
  ///
  /// - Throws: ``NetworkError`` where the layers make no graph, which the checks in
  ///   ``append(_:to:for:axes:image:)`` rule out.
  func network(of output: Value) throws(NetworkError) -> Network {
    // Layers read earlier values only, so that one pass from the last to the first finds all that
    // are needed.
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
