import Relaxations

/// Tanh, unless it is that of a polynomial, which GELU's approximation has.
struct TanhForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = [
    "Tanh": { node, graph in
      if case .part(let part)? = try graph.operand(0, of: node) {
        return graph.define(node.proto.output[0], as: .part(try part.hyperbolicTangent(node)))
      }
      try plain(.tanh)(&node, &graph)
    }
  ]

  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String { graph.emit("Tanh", [x]) }
}
