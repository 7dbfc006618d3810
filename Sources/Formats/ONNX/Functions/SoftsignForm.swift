import Relaxations

/// Softsign, x/(1 + |x|).
struct SoftsignForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = ["Softsign": plain(.softsign)]

  /// Recognises x/(1 + |x|), as exporters write it that do not use the operator: an Abs, an Add and
  /// a Div.
  static func joined(
    _ x: ONNXGraph.Value, _ divisor: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value? {
    guard node.operation == "Div", case .line(1, 1, let magnitude)? = graph.notes[divisor.index],
      case .pieces(let pieces, let base)? = graph.notes[magnitude.index], pieces == .absolute,
      graph.reshaped(base, to: divisor.axes).isSame(as: x)
    else { return nil }
    return try graph.apply(.softsign, to: x, for: node)
  }

  /// Writes a Softsign.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("Softsign", [x])
  }
}
