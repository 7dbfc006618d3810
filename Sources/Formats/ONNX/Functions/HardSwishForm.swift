import Relaxations

struct HardSwishForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = ["HardSwish": plain(.hardSwish)]

  /// x · clip(x + 3, 0, 6), or x · clip(x/6 + ½, 0, 1): hard swish, times 6 or 1.
  static func joined(
    _ x: ONNXGraph.Value, _ gate: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value? {
    guard node.operation == "Mul",
      case .function(.clip(0, let upper), let inner)? = graph.notes[gate.index],
      let line = graph.lineOf(graph.reshaped(inner, to: gate.axes), x),
      abs(line.scale * 6 / Double(upper) - 1) < 0x1p-22, line.shift * 2 == Double(upper)
    else { return nil }
    let swish = try graph.apply(.hardSwish, to: x, for: node)
    return try graph.scaled(swish, by: upper, for: node)
  }

  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("HardSwish", [x])
  }
}
