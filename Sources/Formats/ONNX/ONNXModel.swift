import Foundation
import Networks
import SwiftProtobuf
import Tensors

/// Reading of ONNX models (opset 9 and later) as networks.
///
/// What is not understood is refused, naming the node, the operator and what is supported: a graph
/// with something left out would be another network.
public enum ONNXModel {
  /// The operators that are understood.
  public static var supportedOperators: String { ONNXOperators.names }

  /// The network of a file.
  ///
  /// Throws ``FormatError``, and ``NetworkError`` for weights that are NaN or infinite.
  public static func network(contentsOf url: URL) throws -> Network {
    try network(data: try InputFile.read(url), file: url)
  }

  /// What a file holds beside its graph: the model's properties, and its constants of floats by
  /// name, as they lie there.
  ///
  /// Throws ``FormatError``.
  public static func contents(
    of url: URL
  ) throws -> (metadata: [String: String], tensors: [String: Tensor]) {
    let model = try proto(try InputFile.read(url), url)
    let reader = ONNXTensorReader(file: url)
    var tensors: [String: Tensor] = [:]
    for tensor in model.graph.initializer {
      guard case .floats(let shape, let scalars) = try reader.constant(tensor) else { continue }
      tensors[tensor.name] = Tensor(shape: shape, scalars)
    }
    let properties = model.metadataProps.map { ($0.key, $0.value) }
    return (Dictionary(properties, uniquingKeysWith: { $1 }), tensors)
  }

  /// The network of a file's bytes; external data are looked for beside `file`.
  ///
  /// Throws as ``network(contentsOf:)`` does.
  static func network(data: Data, file url: URL) throws -> Network {
    try ONNXReading(try proto(data, url), url).network()
  }

  private static func proto(_ data: Data, _ url: URL) throws -> Onnx_ModelProto {
    do {
      return try Onnx_ModelProto(serializedBytes: data, extensions: nil, partial: true)
    } catch {
      throw FormatError.badData("is not an ONNX model, or is cut off", file: url.path)
    }
  }
}

private struct ONNXReading {
  let model: Onnx_ModelProto
  let url: URL
  let opset: Int

  init(_ model: Onnx_ModelProto, _ url: URL) throws {
    self.model = model
    self.url = url
    let versions = model.opsetImport.filter { $0.domain.isEmpty || $0.domain == "ai.onnx" }
    opset = Int(versions.first?.version ?? 0)
    guard model.hasGraph, opset >= 9 else {
      throw FormatError.badData(
        model.hasGraph ? "opset \(opset) is not supported, only 9 and later" : "holds no graph",
        file: url.path)
    }
  }

  func network() throws -> Network {
    var graph = try emptyGraph()
    for tensor in model.graph.initializer {
      graph.define(tensor.name, as: .constant(try graph.reader.constant(tensor)))
    }
    for proto in model.graph.node {
      var node = ONNXNode(proto, opset: opset, file: url.path)
      try ONNXOperators.add(&node, to: &graph)
    }
    return try finished(graph)
  }

  private func emptyGraph() throws -> ONNXGraph {
    let constants = Set(model.graph.initializer.map(\.name))
    let inputs = model.graph.input.filter { !constants.contains($0.name) }
    guard inputs.count == 1 else {
      throw bad("has \(inputs.count) inputs; one is supported")
    }
    let dims = inputs[0].type.tensorType.shape.dim
    let extents = dims.dropFirst().map { dim -> Int? in
      if case .dimValue(let value) = dim.value, value > 0, value <= 1 << 24 {
        Int(value)
      } else {
        nil
      }
    }
    let known = extents.compactMap { $0 }
    guard extents.count == 1 || extents.count == 3, known.count == extents.count else {
      throw bad(
        "input \"\(inputs[0].name)\" must be [batch, channels, height, width] or [batch, n] with "
          + "fixed sizes behind the batch")
    }
    let sizes = known
    guard let count = ONNXTensorReader.count(of: sizes), count <= ONNXNode.scalarLimit else {
      throw bad("input \"\(inputs[0].name)\" \(sizes) is too large")
    }
    return ONNXGraph(
      input: inputs[0].name, shape: sizes.count == 3 ? [sizes[1], sizes[2], sizes[0]] : sizes,
      reader: ONNXTensorReader(file: url))
  }

  private func finished(_ graph: ONNXGraph) throws -> Network {
    guard model.graph.output.count == 1, let output = graph.value(model.graph.output[0].name) else {
      throw bad("must have one output, computed from its input")
    }
    guard output.isPlainVector else {
      throw bad("its output \(output.shape) is not a vector for each example")
    }
    let network = try graph.network(of: output)
    for (name, tensor) in network.stateDict.sorted(by: { $0.key < $1.key }) where !tensor.isFinite {
      throw NetworkError.notFinite(name: name)
    }
    return network
  }

  private func bad(_ problem: String) -> FormatError {
    .badData(problem, file: url.path)
  }
}
