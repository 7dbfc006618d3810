import Foundation
import Networks
import Tensors

/// One reading of a model: the checks on the model as a whole, the choice of input and output, and
/// the walk through the nodes.
///
/// ``ONNXModel`` makes a value of this type for each file and asks it for ``network()`` once. What
/// a single operator means is the business of ``ONNXOperators``; what has been made so far lies in
/// ``ONNXGraph``.
///
/// The hard question that this type settles is whether the first axis of the input is the batch.
/// ONNX has no notion of a batch: a network for any number of images and a network for exactly one
/// array [1, n] look alike. The reader therefore assumes a batch wherever the input has two axes or
/// more, and converts the graph under this assumption. If that fails and the file fixes the first
/// extent, the reader converts the graph again with the first axis as an axis like the others.
struct ONNXReading {
  private let model: Onnx_ModelProto
  private let url: URL
  /// The version of the default operator set (`""` or `ai.onnx`) that the model imports, 6 or
  /// larger.
  private let opset: Int
  /// The nodes that the chosen output depends on, in the file's order, with calls of the model's
  /// functions inlined.
  private let nodes: [Onnx_NodeProto]
  /// The name of the chosen output.
  private let output: String
  /// What reads tensors of this model; it keeps files of external data open.
  private let reader: ONNXTensorReader

  /// Checks the model as a whole, chooses the output and keeps the nodes that it needs.
  ///
  /// - Parameters:
  ///   - url: The model's file, for errors and external data.
  ///   - output: The name of the output that is meant; nil for the only one.
  /// - Throws: ``FormatError`` of kind `badData` where there is no graph, the opset is below 6 or
  ///   missing, `output` is not among the graph's outputs, it is nil and there is not exactly one,
  ///   or the functions of the model call themselves or become too large.
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

  /// Returns the nodes that an output depends on, in their order.
  ///
  /// The list is walked from its end. This finds all of them, because ONNX demands that every node
  /// stands behind those whose outputs it reads. Exporters leave nodes of training or of auxiliary
  /// outputs in files, and an operator that is not supported does no harm there.
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

  /// Returns the network, with the input's first axis as the batch if that is possible, else as an
  /// axis like the others.
  ///
  /// The second attempt is made only where the file fixes the first extent, since an axis of
  /// unknown extent cannot be part of an example. If it fails as well, the error of the first
  /// attempt is thrown, because a batch is what most authors mean.
  ///
  /// - Throws: ``FormatError``, or ``NetworkError/notFinite(name:)`` where a weight is NaN or
  ///   infinite.
  func network() throws -> Network {
    let input = try input()
    guard input.mayHaveBatch else { return try network(input, hasBatch: false) }
    // Only a graph that is not understood is tried again. Weights that are NaN or infinite are so
    // under either assumption.
    do { return try network(input, hasBatch: true) } catch let error as FormatError {
      guard input.extents[0] != nil,
        let network = try? network(input, hasBatch: false)
      else { throw error }
      return network
    }
  }

  // MARK: The input

  /// The graph's one real input, as the file declares it.
  private struct Input {
    let name: String
    /// The extents of all axes, the first included; nil where the file leaves an extent open, or
    /// gives one that is not in 1...2²⁴.
    let extents: [Int?]
    /// Whether the first axis can be a batch, which takes a second one behind it.
    var mayHaveBatch: Bool { extents.count > 1 }
  }

  /// Finds the graph's input.
  ///
  /// Files of IR versions before 4 list initializers among the inputs; these are passed over. Where
  /// several inputs remain, the ones that no needed node reads are passed over too.
  ///
  /// - Throws: ``FormatError`` where there is not exactly one input left, or its elements are
  ///   neither float nor double. Integers are refused, because only a perturbation of real numbers
  ///   is defined, and the file does not say what a pixel of 255 stands for.
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

  /// Makes a graph that holds nothing but the input as value 0.
  ///
  /// One example has one to five axes. If three remain (a first one of extent 1 does not count
  /// where there is no batch), they are taken for an image [C, H, W], which the network has as
  /// [H, W, C]. One or two axes stay as they are; more than three become a vector.
  ///
  /// - Throws: ``FormatError`` where an example has no axis or more than five, an extent other than
  ///   the batch's is open, or an example is larger than ``ONNXNode/scalarLimit``.
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

  /// Converts all nodes under one assumption about the batch, and returns the network.
  ///
  /// Only initializers that needed nodes read are decoded, so that an unused one of a strange type
  /// is not refused.
  private func network(_ input: Input, hasBatch: Bool) throws -> Network {
    var graph = try emptyGraph(input, hasBatch: hasBatch)
    let used = Set(nodes.flatMap(\.input))
    for tensor in model.graph.initializer where used.contains(tensor.name) {
      graph.define(
        tensor.name, as: .constant(try graph.reader.constant(tensor)), type: tensor.elementType)
    }
    for proto in nodes {
      var node = ONNXNode(proto, opset: opset, file: url.path)
      try ONNXOperators.add(&node, to: &graph)
    }
    return try finished(&graph)
  }

  /// Returns the network up to the output, as a vector in ONNX's order.
  ///
  /// An output that is still an image, or a flattened image whose scalars lie channels last, is put
  /// in order first, so that callers may count outputs as ONNX does. At the end every tensor of the
  /// network is checked for NaN and infinity, with which no bound means anything.
  ///
  /// - Throws: ``FormatError`` where the output does not depend on the input, and
  ///   ``NetworkError/notFinite(name:)``.
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

  /// An error about the file as a whole.
  private func bad(_ problem: String) -> FormatError {
    .badData(problem, file: url.path)
  }
}

extension FormatError {
  /// A name in quotation marks, cut to a length that a line of an error can bear.
  fileprivate static func shortenedName(_ name: String) -> String { "\"\(shortened(name))\"" }
}
