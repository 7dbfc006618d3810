import Relaxations

/// Mish (opset 18), x · tanh(softplus(x)).
struct MishForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = ["Mish": plain(.mish)]

  /// Recognises x · tanh(softplus(x)), as exporters for older opsets write it.
  static func joined(
    _ x: ONNXGraph.Value, _ gate: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value? {
    guard node.operation == "Mul", case .function(.tanh, let inner)? = graph.notes[gate.index],
      case .function(.softplus, let base)? = graph.notes[inner.index],
      graph.reshaped(base, to: gate.axes).isSame(as: x)
    else { return nil }
    return try graph.apply(.mish, to: x, for: node)
  }

  /// Writes the function in three nodes, since the operator exists only from opset 18 on.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("Mul", [x, graph.emit("Tanh", [graph.emit("Softplus", [x])])])
  }
}
