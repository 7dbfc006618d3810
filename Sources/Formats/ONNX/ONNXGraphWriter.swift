import Foundation
import Networks
import Tensors

/// The graph in the making.
struct ONNXGraphWriter {
  /// A value in the ONNX graph.
  struct Value {
    let name: String
    /// Ours.
    let shape: [Int]
    /// The image whose scalars a vector holds in C·H·W order.
    var image: [Int]?
  }

  private(set) var graph = Onnx_GraphProto()

  init(_ network: Network) throws {
    graph.name = "network"
    graph.input = [Self.info("input", Self.theirs(network.inputShape))]
    var values = [Value(name: "input", shape: network.inputShape)]
    for node in network.nodes {
      let inputs = node.inputs.map { values[$0] }
      var output = try add(node, inputs)
      output = Value(name: output.name, shape: node.outputShape, image: output.image)
      values.append(output)
    }
    let last = plain(values.last!)
    emit("Identity", [last.name], named: "output")
    graph.output = [Self.info("output", Self.theirs(last.shape))]
  }

  private static func theirs(_ shape: [Int]) -> [Int] { ONNXGraph.Value.theirs(shape) }

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

  /// Adds a node, and returns its output.
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

  mutating func number(_ value: Float) -> String { constant(Tensor(shape: [], [value])) }

  private mutating func constant(_ integers: [Int]) -> String {
    var proto = Onnx_TensorProto()
    proto.dims = [Int64(integers.count)]
    proto.dataType = Int32(Onnx_TensorProto.DataType.int64.rawValue)
    proto.int64Data = integers.map(Int64.init)
    return define(&proto, nil)
  }

  private mutating func define(_ proto: inout Onnx_TensorProto, _ name: String?) -> String {
    proto.name = name ?? "constant_\(graph.initializer.count)"
    graph.initializer.append(proto)
    return proto.name
  }

  /// The value in our order if it is a vector; images stay C·H·W.
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

  private mutating func add(_ node: Network.Node, _ inputs: [Value]) throws -> Value {
    let x = inputs[0]
    switch node.layer {
    case let layer as Convolution: return convolution(layer, node.path, x)
    case let layer as Linear: return linear(layer, node.path, x)
    // Of two axes theirs would take the first.
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
      // Ours joins the last axis, which of an image is their first.
      let axis = x.shape.count == 2 ? 2 : 1
      return joined(inputs) { $0.emit("Concat", [$1, $2], ["axis": .integer(axis)]) }
    case let layer as Rearrangement: return rearrangement(layer, x)
    default:
      throw FormatError(
        .badData, "layer \(node.path) (\(type(of: node.layer).kind)) has no ONNX form",
        file: "network")
    }
  }

  private func elementwise(_ name: String, _ x: Value) -> Value {
    Value(name: name, shape: [], image: x.image)
  }

  /// A tensor of one number for each channel, in the order of the value and shaped to be spread
  /// over it.
  func perChannel(_ tensor: Tensor, _ x: Value) -> Tensor {
    if x.shape.count == 3 { return tensor.reshaped([tensor.count, 1, 1]) }
    return tensor.reshaped([1, tensor.count]).permutingColumns(of: x.image, toPyTorch: true)
      .reshaped([tensor.count])
  }

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

  private mutating func linear(_ layer: Linear, _ path: String, _ x: Value) -> Value {
    let weight = layer.weight.permutingColumns(of: x.image, toPyTorch: true)
    let inputs = [x.name, constant(weight, "\(path).weight"), constant(layer.bias, "\(path).bias")]
    return Value(name: emit("Gemm", inputs, ["transB": .integer(1)]), shape: [])
  }

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

  private static func attributes(_ window: PoolingWindow) -> [String: ONNXAttribute] {
    [
      "kernel_shape": .integers([window.height, window.width]),
      "strides": .integers([window.geometry.stride, window.geometry.stride]),
      "pads": .integers([Int](repeating: window.geometry.padding, count: 4)),
    ]
  }

  /// Inputs brought to one order and joined two by two.
  private mutating func joined(
    _ inputs: [Value], _ join: (inout ONNXGraphWriter, String, String) -> String
  ) -> Value {
    let values = inputs.map { plain($0) }
    let name = values.dropFirst().reduce(values[0].name) { join(&self, $0, $1.name) }
    return Value(name: name, shape: [])
  }

  /// The scalars as a vector, with the constant behind them if there is one, gathered and shaped.
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

/// An attribute of a node.
enum ONNXAttribute {
  case integer(Int)
  case integers([Int])
  case float(Float)

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
