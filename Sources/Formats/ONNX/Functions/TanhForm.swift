import Relaxations

/// Tanh of a value, and of the polynomial that GELU's approximation has, of which it makes a gate
/// (``ONNXFunctionPart``).
struct TanhForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = [
    "Tanh": { node, graph in
      if case .part(let part)? = try graph.operand(0, of: node) {
        return graph.define(node.proto.output[0], as: .part(try part.hyperbolicTangent(node)))
      }
      try plain(.tanh)(&node, &graph)
    }
  ]

  /// Writes a Tanh.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String { graph.emit("Tanh", [x]) }
}
