import Foundation

/// Functions that a model defines for itself, put in place of the nodes that call them.
struct ONNXFunctions {
  private let functions: [String: Onnx_FunctionProto]
  private let file: String
  /// Of the graph with everything in place.
  private static let nodeLimit = 1 << 20

  init(of model: Onnx_ModelProto, file: String) {
    functions = Dictionary(
      model.functions.map { (Self.key($0.domain, $0.name), $0) }, uniquingKeysWith: { $1 })
    self.file = file
  }

  private static func key(_ domain: String, _ name: String) -> String { "\(domain)\u{0}\(name)" }

  /// The nodes with every call replaced.
  ///
  /// - Throws: ``FormatError`` for functions that call themselves, or that make too large a graph.
  func inlined(_ nodes: [Onnx_NodeProto]) throws -> [Onnx_NodeProto] {
    guard !functions.isEmpty else { return nodes }
    var result: [Onnx_NodeProto] = []
    try append(nodes, to: &result, depth: 0)
    return result
  }

  private func append(
    _ nodes: [Onnx_NodeProto], to result: inout [Onnx_NodeProto], depth: Int
  ) throws {
    for node in nodes {
      guard let function = functions[Self.key(node.domain, node.opType)] else {
        guard result.count < Self.nodeLimit else { throw bad("makes too many nodes", node) }
        result.append(node)
        continue
      }
      guard depth < 64 else { throw bad("calls itself", node) }
      try append(body(of: function, for: node), to: &result, depth: depth + 1)
    }
  }

  /// The function's nodes with the caller's names and attributes.
  private func body(
    of function: Onnx_FunctionProto, for call: Onnx_NodeProto
  ) -> [Onnx_NodeProto] {
    var names: [String: String] = [:]
    for (index, name) in function.input.enumerated() {
      names[name] = index < call.input.count ? call.input[index] : ""
    }
    for (name, given) in zip(function.output, call.output) { names[name] = given }
    let prefix = (call.output.first { !$0.isEmpty } ?? call.name) + "/"
    func renamed(_ name: String) -> String { name.isEmpty ? "" : names[name] ?? prefix + name }
    let given = Dictionary(
      function.attributeProto.map { ($0.name, $0) } + call.attribute.map { ($0.name, $0) },
      uniquingKeysWith: { $1 })
    return function.node.map { node in
      var copy = node
      copy.input = node.input.map(renamed)
      copy.output = node.output.map(renamed)
      copy.name = call.name.isEmpty ? node.name : "\(call.name)/\(node.name)"
      copy.attribute = node.attribute.compactMap { attribute in
        guard attribute.hasRefAttrName, !attribute.refAttrName.isEmpty else { return attribute }
        var value = given[attribute.refAttrName]
        value?.name = attribute.name
        return value
      }
      return copy
    }
  }

  private func bad(_ problem: String, _ node: Onnx_NodeProto) -> FormatError {
    .badData(
      "the function \(node.opType) \(problem)", file: file, at: .node(node.name))
  }
}
