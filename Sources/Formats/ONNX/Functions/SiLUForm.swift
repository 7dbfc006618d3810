import Relaxations

/// No operator of the opsets that are read.
struct SiLUForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = [:]

  /// x · σ(βx) = SiLU(βx)/β.
  static func joined(
    _ x: ONNXGraph.Value, _ gate: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value? {
    guard node.operation == "Mul", case .function(.sigmoid, let inner)? = graph.notes[gate.index],
      case let argument = graph.reshaped(inner, to: gate.axes),
      let line = graph.lineOf(argument, x), line.shift == 0, line.scale != 0
    else { return nil }
    let silu = try graph.apply(.silu, to: argument, for: node)
    return try graph.scaled(silu, by: Float(1 / line.scale), for: node)
  }

  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("Mul", [x, graph.emit("Sigmoid", [x])])
  }
}
