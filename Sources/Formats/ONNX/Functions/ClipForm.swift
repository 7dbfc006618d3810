import Networks
import Relaxations

/// Clip, min(max(x, lower), upper), and HardSigmoid, which is the clip of a line.
///
/// Exporters write hard tanh, ReLU6 and clamps as Clip. Max and Min with a number come here too,
/// through ``ONNXGraph/clipped(_:_:_:for:)``. An open side is written as the largest finite
/// Float32.
struct ClipForm: ONNXFunctionForm {
  /// The smallest value of the function.
  let lower: Float
  /// The largest value of the function.
  let upper: Float

  static let operators: [String: ONNXOperators.Conversion] = [
    "Clip": clip, "HardSigmoid": hardSigmoid,
  ]

  /// Clip: the bounds are the attributes `min` and `max` up to opset 10 and inputs from opset 11
  /// on. One or both may be missing, and infinite ones count as missing.
  ///
  /// - Throws: ``FormatError`` where the lower bound is not below the upper one, or a bound is
  ///   computed.
  private static let clip: ONNXOperators.Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let largest = Float.greatestFiniteMagnitude
    let (low, high) = (node.float("min", default: -largest), node.float("max", default: largest))
    let lower = max(try graph.floats(1, of: node)?.scalars.first ?? low, -largest)
    let upper = min(try graph.floats(2, of: node)?.scalars.first ?? high, largest)
    guard lower < upper else { throw node.bad("from \(lower) to \(upper) keeps nothing") }
    graph.alias(try graph.clipped(x, lower, upper, for: node), for: node)
  }

  /// HardSigmoid: clip(alpha · x + beta, 0, 1), with 0.2 and 0.5 as defaults. It becomes a
  /// ``ChannelAffine`` and a clip, which have the same bounds as one function would.
  private static let hardSigmoid: ONNXOperators.Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let (alpha, beta) = (node.float("alpha", default: 0.2), node.float("beta", default: 0.5))
    guard alpha.isFinite, beta.isFinite else { throw node.bad("alpha \(alpha), beta \(beta)") }
    let line = try graph.line(x, alpha, beta, for: node)
    graph.alias(try graph.clipped(line, 0, 1, for: node), for: node)
  }

  /// Writes a Clip with both bounds as inputs.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("Clip", [x, graph.number(lower), graph.number(upper)])
  }
}

/// Clips, from whatever operator they come.
extension ONNXGraph {
  /// Adds min(max(x, lower), upper). From 0 up to no bound it is a ``ReLU``.
  ///
  /// - Precondition: `lower` is below `upper`; the largest finite Float32 and its negative stand
  ///   for no bound.
  mutating func clipped(
    _ x: Value, _ lower: Float, _ upper: Float, for node: ONNXNode
  ) throws -> Value {
    guard lower != 0 || upper != .greatestFiniteMagnitude else {
      return try appendElementwise(ReLU(), to: x, for: node)
    }
    return try apply(.clip(lower: lower, upper: upper), to: x, for: node)
  }
}
