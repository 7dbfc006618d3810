import Foundation
import Networks
import Tensors

/// A model as a network: its input, its nodes in order, one of its outputs.
struct ONNXReading {
  private let model: Onnx_ModelProto
  private let url: URL
  private let opset: Int
  private let nodes: [Onnx_NodeProto]
  private let output: String
  private let reader: ONNXTensorReader

  /// - Parameter output: The name of the output that is meant; nil for the only one.
  init(_ model: Onnx_ModelProto, _ url: URL, output: String? = nil) throws {
    func bad(_ problem: String, remedy: String? = nil) -> FormatError {
      .badData(problem, file: url.path, remedy: remedy)
    }
    (self.model, self.url, reader) = (model, url, ONNXTensorReader(file: url))
    let versions = model.opsetImport.filter { $0.domain.isEmpty || $0.domain == "ai.onnx" }
    opset = Int(versions.first?.version ?? 0)
    guard model.hasGraph, opset >= 6 else {
      throw bad(
        model.hasGraph ? "opset \(opset) is not supported, only 6 and later" : "holds no graph",
        remedy: model.hasGraph ? "convert it with onnx.version_converter" : nil)
    }
    let names = model.graph.output.map(\.name)
    guard let first = names.first, output.map(names.contains) ?? (names.count == 1) else {
      let listed = names.map(FormatError.shortenedName).joined(separator: ", ")
      if let output { throw bad("has no output \"\(output)\"; its outputs are \(listed)") }
      throw bad(
        names.isEmpty
          ? "must have one output, computed from its input" : "has several outputs: \(listed)",
        remedy: names.isEmpty ? nil : "choose one with `output`")
    }
    self.output = output ?? first
    let all = try ONNXFunctions(of: model, file: url.path).inlined(model.graph.node)
    nodes = Self.needed(all, for: self.output)
  }

  /// The nodes that an output depends on.
  private static func needed(
    _ nodes: [Onnx_NodeProto], for output: String
  ) -> [Onnx_NodeProto] {
    var names: Set<String> = [output]
    var kept: [Onnx_NodeProto] = []
    for node in nodes.reversed() where node.output.contains(where: names.contains) {
      names.formUnion(node.input.filter { !$0.isEmpty })
      kept.append(node)
    }
    return kept.reversed()
  }

  /// The network: with the input's first axis as the batch if that can be, else, where the file
  /// fixes it, as an axis like others.
  func network() throws -> Network {
    let input = try input()
    guard input.mayHaveBatch else { return try network(input, hasBatch: false) }
    do { return try network(input, hasBatch: true) } catch let error as FormatError {
      guard input.extents[0] != nil,
        let network = try? network(input, hasBatch: false)
      else { throw error }
      return network
    }
  }

  // MARK: The input

  private struct Input {
    let name: String
    /// nil where an extent is open.
    let extents: [Int?]
    var mayHaveBatch: Bool { extents.count > 1 }
  }

  private func input() throws -> Input {
    let constants = Set(model.graph.initializer.map(\.name))
    let inputs = model.graph.input.filter { !constants.contains($0.name) }
    let used = Set(nodes.flatMap(\.input) + [output])
    let needed = inputs.count == 1 ? inputs : inputs.filter { used.contains($0.name) }
    guard needed.count == 1 else {
      throw bad("has \(needed.count) inputs; one is supported")
    }
    let type = needed[0].type.tensorType
    guard [Onnx_TensorProto.DataType.float, .double].map(\.rawValue).contains(Int(type.elemType))
    else {
      let name = ONNXTensorReader.name(type.elemType)
      throw FormatError.badData(
        "input \"\(needed[0].name)\" has element type \(name), and nothing says what real numbers "
          + "its values stand for; only float and double can be perturbed", file: url.path,
        remedy: "export the model with a float input, scaled as the data are")
    }
    let extents = type.shape.dim.map { dim -> Int? in
      if case .dimValue(let value) = dim.value, value > 0, value <= 1 << 24 {
        Int(value)
      } else {
        nil
      }
    }
    return Input(name: needed[0].name, extents: extents)
  }

  private func emptyGraph(_ input: Input, hasBatch: Bool) throws -> ONNXGraph {
    let extents = hasBatch ? Array(input.extents.dropFirst()) : input.extents
    let axes = extents.compactMap { $0 }
    guard 1...5 ~= extents.count, axes.count == extents.count else {
      throw bad(
        "input \"\(input.name)\" must be [batch, channels, height, width], [batch, n] or have "
          + "other axes with fixed sizes behind the batch")
    }
    guard let count = ONNXTensorReader.count(of: axes), count <= ONNXNode.scalarLimit else {
      throw bad("input \"\(input.name)\" \(axes) is too large")
    }
    let core = hasBatch || axes.first != 1 || axes.count == 1 ? axes : Array(axes.dropFirst())
    let shape = core.count > 3 ? [count] : ONNXGraph.Value.ours(core)
    let value = ONNXGraph.Value(
      index: 0, shape: shape, axes: axes, image: shape.count == 3 ? shape : nil)
    return ONNXGraph(
      input: input.name, value, hasBatch: hasBatch,
      batch: hasBatch ? input.extents[0] ?? ONNXGraph.openBatch : 1, reader: reader)
  }

  // MARK: The graph

  private func network(_ input: Input, hasBatch: Bool) throws -> Network {
    var graph = try emptyGraph(input, hasBatch: hasBatch)
    let used = Set(nodes.flatMap(\.input))
    for tensor in model.graph.initializer where used.contains(tensor.name) {
      graph.define(tensor.name, as: .constant(try graph.reader.constant(tensor)))
    }
    for proto in nodes {
      var node = ONNXNode(proto, opset: opset, file: url.path)
      try ONNXOperators.add(&node, to: &graph)
    }
    return try finished(&graph)
  }

  /// The network up to the output, as a vector in ONNX's order.
  private func finished(_ graph: inout ONNXGraph) throws -> Network {
    var last = Onnx_NodeProto()
    (last.name, last.opType, last.input) = (output, "output", [output])
    let node = ONNXNode(last, opset: opset, file: url.path)
    guard let operand = graph.operand(named: output) else {
      throw bad("must have one output, computed from its input")
    }
    if case .constant = operand { throw bad("must have one output, computed from its input") }
    let value = try graph.value(0, of: node)
    let vector = try graph.vector(try graph.plain(value, for: node), for: node)
    let network = try graph.network(of: vector)
    for (name, tensor) in network.stateDict.sorted(by: { $0.key < $1.key }) where !tensor.isFinite {
      throw NetworkError.notFinite(name: name)
    }
    return network
  }

  private func bad(_ problem: String) -> FormatError {
    .badData(problem, file: url.path)
  }
}

extension FormatError {
  fileprivate static func shortenedName(_ name: String) -> String { "\"\(shortened(name))\"" }
}
