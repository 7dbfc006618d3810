import Networks
import Relaxations

/// Clip, and HardSigmoid, which is the clip of a line: written as such, with the same bounds.
struct ClipForm: ONNXFunctionForm {
  let lower: Float
  let upper: Float

  static let operators: [String: ONNXOperators.Conversion] = [
    "Clip": clip, "HardSigmoid": hardSigmoid,
  ]

  /// Bounds are attributes before opset 11 and inputs from then on; one may be missing.
  private static let clip: ONNXOperators.Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let largest = Float.greatestFiniteMagnitude
    let (low, high) = (node.float("min", default: -largest), node.float("max", default: largest))
    let lower = max(try graph.floats(1, of: node)?.scalars.first ?? low, -largest)
    let upper = min(try graph.floats(2, of: node)?.scalars.first ?? high, largest)
    guard lower < upper else { throw node.bad("from \(lower) to \(upper) keeps nothing") }
    graph.alias(try graph.clipped(x, lower, upper, for: node), for: node)
  }

  /// clip(alpha · x + beta, 0, 1).
  private static let hardSigmoid: ONNXOperators.Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let (alpha, beta) = (node.float("alpha", default: 0.2), node.float("beta", default: 0.5))
    guard alpha.isFinite, beta.isFinite else { throw node.bad("alpha \(alpha), beta \(beta)") }
    let line = try graph.line(x, alpha, beta, for: node)
    graph.alias(try graph.clipped(line, 0, 1, for: node), for: node)
  }

  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("Clip", [x, graph.number(lower), graph.number(upper)])
  }
}

extension ONNXGraph {
  /// min(max(x, lower), upper).
  mutating func clipped(
    _ x: Value, _ lower: Float, _ upper: Float, for node: ONNXNode
  ) throws -> Value {
    guard lower != 0 || upper != .greatestFiniteMagnitude else {
      return try appendElementwise(ReLU(), to: x, for: node)
    }
    return try apply(.clip(lower: lower, upper: upper), to: x, for: node)
  }
}
