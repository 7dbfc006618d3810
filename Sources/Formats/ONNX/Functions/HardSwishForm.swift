import Relaxations

/// HardSwish (opset 14), x · clip(x/6 + ½, 0, 1) (Howard et al. 2019, MobileNetV3).
struct HardSwishForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = ["HardSwish": plain(.hardSwish)]

  /// Recognises x · clip(x + 3, 0, 6) and x · clip(x/6 + ½, 0, 1), which are 6 times hard swish and
  /// hard swish.
  ///
  /// Both are x · clip(s·x + u/2, 0, u) with s = u/6, for u = 6 and u = 1, and so is the form for
  /// any other u, which is u times hard swish. The slope may miss u/6 by the rounding of Float32,
  /// since 1/6 is no Float32.
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

  /// Writes a HardSwish.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("HardSwish", [x])
  }
}
