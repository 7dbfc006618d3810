import Foundation
import Networks
import Tensors

/// Builds the graph of an ONNX file from a network; ``ONNXModel/data(of:metadata:)`` makes one for
/// each file.
///
/// Layers become operators one by one. Only order needs thought. The file has images as
/// [batch, C, H, W], as PyTorch and ONNX's operators want them. A Flatten in the file therefore
/// gives C·H·W where ours gives H·W·C. The writer keeps in mind which vectors are such flattened
/// images (``Value/image``) and permutes the columns of a matrix that reads one. If another layer
/// needs the vector in our order, a Gather puts it in order.
struct ONNXGraphWriter {
  /// A value of the graph that is written.
  struct Value {
    /// The name that nodes read it by.
    let name: String
    /// The shape in the network, such as [H, W, C]; the file has ``ONNXGraph/Value/theirs(_:)`` of
    /// it behind the batch.
    let shape: [Int]
    /// The image [H, W, C] whose scalars a vector holds in C·H·W order; nil for images, and for
    /// vectors in the network's order.
    var image: [Int]?
  }

  /// The graph so far: complete after the initialiser.
  private(set) var graph = Onnx_GraphProto()
  /// What each layer of the network has become.
  private(set) var layers: [ONNXLayer] = []

  /// Writes all nodes of a network.
  ///
  /// Functions compute only names and orders; shapes are those that the network knows. The last
  /// value is given the name "output" by an Identity.
  ///
  /// - Throws: ``FormatError`` of kind `badData` naming the first layer that has no ONNX form.
  init(_ network: Network) throws {
    graph.name = "network"
    graph.input = [Self.info("input", Self.theirs(network.inputShape))]
    var values = [Value(name: "input", shape: network.inputShape)]
    for node in network.nodes {
      let inputs = node.inputs.map { values[$0] }
      var output = try add(node, inputs)
      output = Value(name: output.name, shape: node.outputShape, image: output.image)
      values.append(output)
      let order = ONNXGraph.Value.places(inputs[0].image ?? inputs[0].shape)
      layers.append(ONNXLayer(node: graph.node.last?.name ?? "", inputOrder: order))
    }
    let last = plain(values.last!)
    emit("Identity", [last.name], named: "output")
    graph.output = [Self.info("output", Self.theirs(last.shape))]
  }

  /// Returns [C, H, W] for [H, W, C].
  private static func theirs(_ shape: [Int]) -> [Int] { ONNXGraph.Value.theirs(shape) }

  /// Describes an input or output of the graph: floats, with a named batch in front of the given
  /// axes.
  private static func info(_ name: String, _ shape: [Int]) -> Onnx_ValueInfoProto {
    var info = Onnx_ValueInfoProto()
    info.name = name
    info.type.tensorType.elemType = Int32(Onnx_TensorProto.DataType.float.rawValue)
    var batch = Onnx_TensorShapeProto.Dimension()
    batch.dimParam = "batch"
    info.type.tensorType.shape.dim =
      [batch]
      + shape.map { extent in
        var dimension = Onnx_TensorShapeProto.Dimension()
        dimension.dimValue = Int64(extent)
        return dimension
      }
    return info
  }

  // MARK: Parts

  /// Adds a node, and returns the name of its output.
  ///
  /// - Parameters:
  ///   - operation: The operator of opset 17.
  ///   - inputs: The names of its inputs, in order.
  ///   - attributes: Its attributes, which are written in alphabetical order.
  ///   - name: A name for the output; nil for one that is made up.
  @discardableResult
  mutating func emit(
    _ operation: String, _ inputs: [String], _ attributes: [String: ONNXAttribute] = [:],
    named: String? = nil
  ) -> String {
    var node = Onnx_NodeProto()
    node.opType = operation
    node.name = "\(operation)_\(graph.node.count)"
    node.input = inputs
    node.output = [named ?? "value_\(graph.node.count)"]
    node.attribute = attributes.sorted { $0.key < $1.key }.map { $1.proto(named: $0) }
    graph.node.append(node)
    return node.output[0]
  }

  /// Adds a constant of floats as little-endian bytes, and returns its name.
  ///
  /// - Parameter name: A name for the constant, such as "0.weight"; nil for one that is made up.
  mutating func constant(_ tensor: Tensor, _ name: String? = nil) -> String {
    var proto = Onnx_TensorProto()
    proto.dims = tensor.shape.map(Int64.init)
    proto.dataType = Int32(Onnx_TensorProto.DataType.float.rawValue)
    proto.rawData = tensor.read { scalars in
      scalars.reduce(into: Data(capacity: 4 * scalars.count)) { data, scalar in
        withUnsafeBytes(of: scalar.bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
    }
    return define(&proto, name)
  }

  /// Adds a single number, an array without axes, and returns its name.
  mutating func number(_ value: Float) -> String { constant(Tensor(shape: [], [value])) }

  /// Adds a list of integers, and returns its name.
  private mutating func constant(_ integers: [Int]) -> String {
    var proto = Onnx_TensorProto()
    proto.dims = [Int64(integers.count)]
    proto.dataType = Int32(Onnx_TensorProto.DataType.int64.rawValue)
    proto.int64Data = integers.map(Int64.init)
    return define(&proto, nil)
  }

  /// Adds an initializer under the given name, or under a number, and returns the name.
  private mutating func define(_ proto: inout Onnx_TensorProto, _ name: String?) -> String {
    proto.name = name ?? "constant_\(graph.initializer.count)"
    graph.initializer.append(proto)
    return proto.name
  }

  /// Returns a vector in the network's order, for which a flattened image is put in order by a
  /// Gather. Images stay as the file has them.
  private mutating func plain(_ value: Value) -> Value {
    guard let image = value.image, image[2] > 1 else {
      return Value(name: value.name, shape: value.shape)
    }
    var order = [Int](repeating: 0, count: value.shape[0])
    for (theirs, ours) in ONNXGraph.Value.places(image).enumerated() { order[ours] = theirs }
    let name = emit("Gather", [value.name, constant(order)], ["axis": .integer(1)])
    return Value(name: name, shape: value.shape)
  }

  // MARK: Layers

  /// Adds what a layer becomes, and returns its output.
  ///
  /// The shape of the result is left empty in some cases; the initialiser puts in the one that the
  /// network knows.
  ///
  /// - Throws: ``FormatError`` for a layer that has no ONNX form: one of another module, and a
  ///   ``BatchNorm`` of rows, in which ONNX's operator would take another axis for the channels.
  private mutating func add(_ node: Network.Node, _ inputs: [Value]) throws -> Value {
    let x = inputs[0]
    switch node.layer {
    case let layer as Convolution: return convolution(layer, node.path, x)
    case let layer as Linear: return linear(layer, node.path, x)
    // ONNX's channels are the second axis. In [batch, rows, n] that would be the rows; ours are the
    // last axis.
    case let layer as BatchNorm where x.shape.count != 2: return batchNorm(layer, node.path, x)
    case let layer as Normalization:
      let mean = constant(perChannel(layer.mean, x), "\(node.path).mean")
      let std = constant(perChannel(layer.standardDeviation, x), "\(node.path).std")
      return elementwise(emit("Div", [emit("Sub", [x.name, mean]), std]), x)
    case let layer as ChannelAffine:
      let scale = constant(perChannel(layer.scale, x), "\(node.path).scale")
      let shift = constant(perChannel(layer.shift, x), "\(node.path).shift")
      return elementwise(emit("Add", [emit("Mul", [x.name, scale]), shift]), x)
    case is ReLU: return elementwise(emit("Relu", [x.name]), x)
    case let layer as Activation:
      return elementwise(layer.function.onnxForm.write(x.name, to: &self), x)
    case let layer as PReLU:
      return elementwise(PReLUForm.write(layer, node.path, x, to: &self), x)
    case is Softmax: return elementwise(emit("Softmax", [x.name], ["axis": .integer(1)]), x)
    case is LogSoftmax: return elementwise(emit("LogSoftmax", [x.name], ["axis": .integer(1)]), x)
    case let layer as AveragePool:
      var attributes = Self.attributes(layer.window)
      attributes["count_include_pad"] = .integer(layer.countsPadding ? 1 : 0)
      return Value(name: emit("AveragePool", [x.name], attributes), shape: [])
    case let layer as MaxPool:
      return Value(name: emit("MaxPool", [x.name], Self.attributes(layer.window)), shape: [])
    case is Flatten:
      let image = x.shape.count == 3 ? x.shape : x.image
      return Value(name: emit("Flatten", [x.name], ["axis": .integer(1)]), shape: [], image: image)
    case is Addition: return joined(inputs) { $0.emit("Add", [$1, $2]) }
    case is Concatenation:
      // Ours joins the last axis in memory, which of an image is the channels, ONNX's first axis
      // behind the batch.
      let axis = x.shape.count == 2 ? 2 : 1
      return joined(inputs) { $0.emit("Concat", [$1, $2], ["axis": .integer(axis)]) }
    case let layer as Rearrangement: return rearrangement(layer, x)
    default:
      throw FormatError(
        .badData, "layer \(node.path) (\(type(of: node.layer).kind)) has no ONNX form",
        file: "network")
    }
  }

  /// Returns the output of an operator that leaves scalars at their places.
  private func elementwise(_ name: String, _ x: Value) -> Value {
    Value(name: name, shape: [], image: x.image)
  }

  /// Returns a tensor of one number for each channel, shaped to spread over the value in the file:
  /// [C, 1, 1] for an image, else [n], for a flattened image in C·H·W order.
  func perChannel(_ tensor: Tensor, _ x: Value) -> Tensor {
    if x.shape.count == 3 { return tensor.reshaped([tensor.count, 1, 1]) }
    return tensor.reshaped([1, tensor.count]).permutingColumns(of: x.image, toPyTorch: true)
      .reshaped([tensor.count])
  }

  /// Adds a Conv with the layer's weight [O, C/groups, kh, kw], which is ONNX's layout as well.
  /// Padding is the same on all sides.
  private mutating func convolution(_ layer: Convolution, _ path: String, _ x: Value) -> Value {
    let geometry = layer.geometry
    let inputs = [
      x.name, constant(layer.weight, "\(path).weight"), constant(layer.bias, "\(path).bias"),
    ]
    return Value(
      name: emit(
        "Conv", inputs,
        [
          "kernel_shape": .integers(Array(layer.weight.shape[2...])),
          "strides": .integers([geometry.stride, geometry.stride]),
          "pads": .integers([Int](repeating: geometry.padding, count: 4)),
          "dilations": .integers(layer.layout.dilation), "group": .integer(layer.layout.groups),
        ]), shape: [])
  }

  /// Adds a Gemm by the transposed weight [out, in], with the columns in the order of the value in
  /// the file.
  private mutating func linear(_ layer: Linear, _ path: String, _ x: Value) -> Value {
    let weight = layer.weight.permutingColumns(of: x.image, toPyTorch: true)
    let inputs = [x.name, constant(weight, "\(path).weight"), constant(layer.bias, "\(path).bias")]
    return Value(name: emit("Gemm", inputs, ["transB": .integer(1)]), shape: [])
  }

  /// Adds a BatchNormalization. Its `momentum` is the share of the old statistics, ours that of the
  /// new ones.
  private mutating func batchNorm(_ layer: BatchNorm, _ path: String, _ x: Value) -> Value {
    let tensors = [
      ("weight", layer.weight), ("bias", layer.bias), ("running_mean", layer.runningMean),
      ("running_var", layer.runningVariance),
    ].map { name, tensor in
      constant(perChannel(tensor, x).reshaped([tensor.count]), "\(path).\(name)")
    }
    let name = emit(
      "BatchNormalization", [x.name] + tensors,
      ["epsilon": .float(layer.epsilon), "momentum": .float(1 - layer.momentum)])
    return elementwise(name, x)
  }

  /// Returns the attributes of a pool: kernel, strides and the same padding on all sides.
  private static func attributes(_ window: PoolingWindow) -> [String: ONNXAttribute] {
    [
      "kernel_shape": .integers([window.height, window.width]),
      "strides": .integers([window.geometry.stride, window.geometry.stride]),
      "pads": .integers([Int](repeating: window.geometry.padding, count: 4)),
    ]
  }

  /// Returns inputs brought to one order and joined two by two.
  ///
  /// - Parameter join: Adds the node that joins two values of the given names.
  private mutating func joined(
    _ inputs: [Value], _ join: (inout ONNXGraphWriter, String, String) -> String
  ) -> Value {
    let values = inputs.map { plain($0) }
    let name = values.dropFirst().reduce(values[0].name) { join(&self, $0, $1.name) }
    return Value(name: name, shape: [])
  }

  /// Adds what a ``Rearrangement`` becomes: the scalars as a vector, a constant behind them if the
  /// map needs one, then a Gather and a Reshape.
  ///
  /// The map holds places in memory. The file counts in its own order on both sides, so each place
  /// is translated. Places without a source take the last element, the constant that Pad has put
  /// there.
  private mutating func rearrangement(_ layer: Rearrangement, _ x: Value) -> Value {
    let flat = emit("Flatten", [x.name], ["axis": .integer(1)])
    let size = layer.map.sourceCount
    var theirs = [Int](repeating: 0, count: size)
    for (place, ours) in ONNXGraph.Value.places(x.image ?? x.shape).enumerated() {
      theirs[ours] = place
    }
    var source = flat
    if layer.map.sources.contains(-1) {
      let value = constant(Tensor(shape: [], [layer.fill]))
      source = emit("Pad", [flat, constant([0, 0, 0, 1]), value])
    }
    let order = ONNXGraph.Value.places(layer.output).map { ours in
      let place = Int(layer.map.sources[ours])
      return place < 0 ? size : theirs[place]
    }
    let gathered = emit("Gather", [source, constant(order)], ["axis": .integer(1)])
    guard layer.output.count > 1 else { return Value(name: gathered, shape: []) }
    let shape = constant([0] + Self.theirs(layer.output))
    return Value(name: emit("Reshape", [gathered, shape]), shape: [])
  }
}

/// An attribute of a node that is written.
enum ONNXAttribute {
  case integer(Int)
  case integers([Int])
  case float(Float)

  /// Returns the attribute's message.
  func proto(named name: String) -> Onnx_AttributeProto {
    var proto = Onnx_AttributeProto()
    proto.name = name
    switch self {
    case .integer(let value):
      proto.type = .int
      proto.i = Int64(value)
    case .integers(let values):
      proto.type = .ints
      proto.ints = values.map(Int64.init)
    case .float(let value):
      proto.type = .float
      proto.f = value
    }
    return proto
  }
}
