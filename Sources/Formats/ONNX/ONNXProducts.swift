import Networks
import Tensors

/// Products and quotients of two values that are functions of one, as exporters write them: SiLU,
/// Mish, hard swish, Softsign.
extension ONNXOperators {
  /// The known function that a product or quotient is; nil if there is none.
  static func product(
    _ a: ONNXGraph.Value, _ b: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value? {
    guard node.operation == "Mul" else { return try softsign(a, b, node, &graph) }
    for (x, gate) in [(a, b), (b, a)] {
      if let known = try gated(x, gate, node, &graph) { return known }
    }
    return nil
  }

  /// x · g(x).
  private static func gated(
    _ x: ONNXGraph.Value, _ gate: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value? {
    guard case .function(let function, let inner)? = graph.notes[gate.index] else { return nil }
    let argument = graph.reshaped(inner, to: gate.axes)
    switch function {
    case .sigmoid: return try silu(x, argument, node, &graph)
    case .tanh:
      guard case .function(.softplus, let base)? = graph.notes[argument.index],
        graph.reshaped(base, to: gate.axes).isSame(as: x)
      else { return nil }
      return try graph.apply(.mish, to: x, for: node)
    case .clip(0, let upper): return try hardSwish(x, argument, upper, node, &graph)
    default: return nil
    }
  }

  /// x · σ(βx) = SiLU(βx)/β.
  private static func silu(
    _ x: ONNXGraph.Value, _ argument: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value? {
    guard let line = graph.lineOf(argument, x), line.shift == 0, line.scale != 0 else {
      return nil
    }
    let silu = try graph.apply(.silu, to: argument, for: node)
    return try graph.scaled(silu, by: Float(1 / line.scale), for: node)
  }

  /// x · clip(x + 3, 0, 6), or x · clip(x/6 + ½, 0, 1): hard swish, times 6 or 1.
  private static func hardSwish(
    _ x: ONNXGraph.Value, _ argument: ONNXGraph.Value, _ upper: Float, _ node: ONNXNode,
    _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value? {
    guard let line = graph.lineOf(argument, x),
      abs(line.scale * 6 / Double(upper) - 1) < 0x1p-22, line.shift * 2 == Double(upper)
    else { return nil }
    let swish = try graph.apply(.hardSwish, to: x, for: node)
    return try graph.scaled(swish, by: upper, for: node)
  }

  /// x/(1 + |x|).
  private static func softsign(
    _ x: ONNXGraph.Value, _ divisor: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value? {
    guard case .line(1, 1, let magnitude)? = graph.notes[divisor.index],
      case .pieces(let pieces, let base)? = graph.notes[magnitude.index], pieces == .absolute,
      graph.reshaped(base, to: divisor.axes).isSame(as: x)
    else { return nil }
    return try graph.apply(.softsign, to: x, for: node)
  }
}
