import Relaxations

/// SiLU, x · σ(x), also called swish, for which the opsets that are written have no operator;
/// exporters write a Sigmoid and a Mul.
struct SiLUForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = [:]

  /// Recognises x · σ(βx), which is SiLU(βx)/β, for any β but 0.
  static func joined(
    _ x: ONNXGraph.Value, _ gate: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value? {
    guard node.operation == "Mul", case .function(.sigmoid, let inner)? = graph.notes[gate.index],
      case let argument = graph.reshaped(inner, to: gate.axes),
      let line = graph.lineOf(argument, x), line.shift == 0, line.scale != 0
    else { return nil }
    // x · σ(βx) = (βx · σ(βx))/β, and βx is the value that the sigmoid already reads.
    let silu = try graph.apply(.silu, to: argument, for: node)
    return try graph.scaled(silu, by: Float(1 / line.scale), for: node)
  }

  /// Writes the function in two nodes.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("Mul", [x, graph.emit("Sigmoid", [x])])
  }
}
