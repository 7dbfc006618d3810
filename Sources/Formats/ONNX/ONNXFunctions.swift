import Foundation

/// The functions that a model defines for itself, and their expansion.
///
/// From IR version 8 on a model may define operators as graphs of other operators (FunctionProto).
/// Some exporters make one for every module. The reader puts the function's nodes in place of each
/// node that calls it, before anything else is done with the nodes, so that no other part has to
/// know of functions.
struct ONNXFunctions {
  /// The functions by domain and name; see ``key(_:_:)``.
  private let functions: [String: Onnx_FunctionProto]
  /// The path of the model's file, for errors.
  private let file: String
  /// The most nodes that the graph may have with everything in place. Functions that call others
  /// twice each would otherwise make exponentially many.
  private static let nodeLimit = 1 << 20

  /// Takes the functions of a model; of two with the same domain and name the last counts.
  init(of model: Onnx_ModelProto, file: String) {
    functions = Dictionary(
      model.functions.map { (Self.key($0.domain, $0.name), $0) }, uniquingKeysWith: { $1 })
    self.file = file
  }

  /// Returns a key for a domain and a name; the character between them stands in neither.
  private static func key(_ domain: String, _ name: String) -> String { "\(domain)\u{0}\(name)" }

  /// Returns the nodes with every call replaced by the nodes of its function, in an order in which
  /// each still stands behind what it reads.
  ///
  /// - Throws: ``FormatError`` for functions that call themselves, or 64 deep, and for those that
  ///   make more than 2²⁰ nodes.
  func inlined(_ nodes: [Onnx_NodeProto]) throws -> [Onnx_NodeProto] {
    guard !functions.isEmpty else { return nodes }
    var result: [Onnx_NodeProto] = []
    try append(nodes, to: &result, depth: 0)
    return result
  }

  /// Appends nodes with their calls replaced.
  ///
  /// - Parameter depth: How many calls the nodes are inside of.
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

  /// Returns a function's nodes with the caller's names and attributes.
  ///
  /// Inputs and outputs of the function take the names that the caller uses. All other names get
  /// the call's first output as a prefix, so that two calls do not share values. Attributes that
  /// refer to the call's (`ref_attr_name`) take the value that the call gives, or the default of
  /// the function; without either they are left out.
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

  /// An error that names the function's node.
  private func bad(_ problem: String, _ node: Onnx_NodeProto) -> FormatError {
    .badData(
      "the function \(node.opType) \(problem)", file: file, at: .node(node.name))
  }
}
