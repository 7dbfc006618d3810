import Foundation
import Networks
import Tensors
import Testing

@testable import Formats

/// An ONNX model made node by node, for tests.
struct GraphBuilder {
  private(set) var model = Onnx_ModelProto()
  /// The current value, which ``add(_:_:_:outputs:)`` reads first.
  private(set) var value = "input"

  /// - Parameter shape: The input's axes; 0 for one that is open.
  init(_ shape: [Int], opset: Int64 = 18, element: Onnx_TensorProto.DataType = .float) {
    var version = Onnx_OperatorSetIdProto()
    version.version = opset
    model.opsetImport = [version]
    model.graph.input = [Self.info("input", shape, element)]
  }

  static func info(
    _ name: String, _ shape: [Int], _ element: Onnx_TensorProto.DataType = .float
  ) -> Onnx_ValueInfoProto {
    var info = Onnx_ValueInfoProto()
    info.name = name
    info.type.tensorType.elemType = Int32(element.rawValue)
    info.type.tensorType.shape.dim = shape.map { extent in
      var dimension = Onnx_TensorShapeProto.Dimension()
      if extent == 0 { dimension.dimParam = "batch" } else { dimension.dimValue = Int64(extent) }
      return dimension
    }
    return info
  }

  mutating func constant(_ shape: [Int], _ scalars: [Float], named: String? = nil) -> String {
    var tensor = Onnx_TensorProto()
    (tensor.dataType, tensor.floatData) = (1, scalars)
    return define(&tensor, shape, named)
  }

  mutating func doubles(_ shape: [Int], _ scalars: [Double]) -> String {
    var tensor = Onnx_TensorProto()
    (tensor.dataType, tensor.doubleData) = (11, scalars)
    return define(&tensor, shape, nil)
  }

  mutating func integers(_ scalars: [Int], shape: [Int]? = nil) -> String {
    var tensor = Onnx_TensorProto()
    (tensor.dataType, tensor.int64Data) = (7, scalars.map(Int64.init))
    return define(&tensor, shape ?? [scalars.count], nil)
  }

  mutating func boolean(_ value: Bool) -> String {
    var tensor = Onnx_TensorProto()
    (tensor.dataType, tensor.int32Data) = (9, [value ? 1 : 0])
    return define(&tensor, [], nil)
  }

  private mutating func define(
    _ tensor: inout Onnx_TensorProto, _ shape: [Int], _ name: String?
  ) -> String {
    tensor.dims = shape.map(Int64.init)
    tensor.name = name ?? "constant \(model.graph.initializer.count)"
    model.graph.initializer.append(tensor)
    return tensor.name
  }

  /// Adds a node that reads the current value and others, or just the given ones.
  @discardableResult
  mutating func add(
    _ operation: String, _ others: [String] = [], _ attributes: [String: Attribute] = [:],
    from first: String? = nil, only inputs: [String]? = nil, outputs: [String]? = nil,
    domain: String = ""
  ) -> String {
    var node = Onnx_NodeProto()
    (node.opType, node.domain) = (operation, domain)
    node.input = inputs ?? [first ?? value] + others
    node.output = outputs ?? ["value \(model.graph.node.count)"]
    node.attribute = attributes.map { $1.proto(named: $0) }
    model.graph.node.append(node)
    value = node.output[0]
    return value
  }

  mutating func change(_ body: (inout Onnx_ModelProto) -> Void) { body(&model) }

  /// The network that is read, with the current value as the output.
  func network(
    output: String? = nil, outputs: [String]? = nil, in folder: URL? = nil
  ) throws -> Network {
    var copy = model
    copy.graph.output = (outputs ?? [value]).map { Self.info($0, []) }
    let file = (folder ?? URL(filePath: "/")).appending(path: "m.onnx")
    return try ONNXModel.network(data: try copy.serializedBytes(), file: file, output: output)
  }

  enum Attribute {
    case integer(Int)
    case integers([Int])
    case float(Float)
    case floats([Float])
    case text(String)
    /// An attribute of the function that the node is in.
    case reference(String)

    func proto(named name: String) -> Onnx_AttributeProto {
      var proto = Onnx_AttributeProto()
      switch self {
      case .integer(let value): proto = ONNXAttribute.integer(value).proto(named: name)
      case .integers(let values): proto = ONNXAttribute.integers(values).proto(named: name)
      case .float(let value): proto = ONNXAttribute.float(value).proto(named: name)
      case .floats(let values): (proto.type, proto.floats) = (.floats, values)
      case .text(let text): (proto.type, proto.s) = (.string, Data(text.utf8))
      case .reference(let other): (proto.type, proto.refAttrName) = (.int, other)
      }
      proto.name = name
      return proto
    }
  }
}

extension Network {
  /// The outputs for one example, given in ONNX's order.
  func outputs(_ input: [Float]) -> [Float] {
    let image = inputShape.count == 3 ? inputShape : nil
    let x = Tensor(shape: [1, input.count], input)
      .permutingColumns(of: image, toPyTorch: false).reshaped([1] + inputShape)
    return self(x).scalars
  }
}

/// Records an issue unless the network that is read from a graph has these outputs, up to rounding.
func expect(
  _ outputs: [Float], _ graph: GraphBuilder, of input: [Float],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let found = try graph.network().outputs(input)
  let isClose =
    found.count == outputs.count
    && zip(found, outputs).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) }
  #expect(isClose, "\(found) instead of \(outputs)", sourceLocation: sourceLocation)
}

/// Records an issue unless a graph is refused by one line that contains a text.
func expectRefused(
  _ text: String, _ graph: GraphBuilder, output: String? = nil, outputs: [String]? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  do {
    _ = try graph.network(output: output, outputs: outputs)
    Issue.record("was read", sourceLocation: sourceLocation)
  } catch {
    let line = "\(error)"
    #expect(
      line.contains(text) && !line.contains("\n"), "\(line)", sourceLocation: sourceLocation)
  }
}
