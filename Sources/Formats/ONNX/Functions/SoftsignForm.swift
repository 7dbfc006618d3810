import Relaxations

struct SoftsignForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = ["Softsign": plain(.softsign)]

  /// x/(1 + |x|).
  static func joined(
    _ x: ONNXGraph.Value, _ divisor: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value? {
    guard node.operation == "Div", case .line(1, 1, let magnitude)? = graph.notes[divisor.index],
      case .pieces(let pieces, let base)? = graph.notes[magnitude.index], pieces == .absolute,
      graph.reshaped(base, to: divisor.axes).isSame(as: x)
    else { return nil }
    return try graph.apply(.softsign, to: x, for: node)
  }

  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("Softsign", [x])
  }
}
