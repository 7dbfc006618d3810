import Relaxations

/// Elu, and what is made of it: Selu and Celu.
struct ELUForm: ONNXFunctionForm {
  let alpha: Float

  static let operators: [String: ONNXOperators.Conversion] = [
    "Elu": elu, "Selu": selu, "Celu": celu,
  ]

  private static let elu: ONNXOperators.Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let alpha = node.float("alpha", default: 1)
    guard alpha >= 0, alpha.isFinite else { throw node.bad("alpha \(alpha) is below 0") }
    graph.alias(try graph.apply(.elu(alpha: alpha), to: x, for: node), for: node)
  }

  /// gamma · ELU(x).
  private static let selu: ONNXOperators.Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let alpha = node.float("alpha", default: 1.673_263_2)
    let gamma = node.float("gamma", default: 1.050_701)
    guard alpha >= 0, alpha.isFinite, gamma.isFinite else {
      throw node.bad("alpha \(alpha) and gamma \(gamma) are not supported")
    }
    let elu = try graph.apply(.elu(alpha: alpha), to: x, for: node)
    graph.alias(try graph.scaled(elu, by: gamma, for: node), for: node)
  }

  /// alpha · ELU(x/alpha).
  private static let celu: ONNXOperators.Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let alpha = node.float("alpha", default: 1)
    guard alpha > 0, alpha.isFinite, (1 / alpha).isFinite else {
      throw node.bad("alpha \(alpha) is not above 0")
    }
    let elu = try graph.apply(
      .elu(alpha: 1), to: try graph.scaled(x, by: 1 / alpha, for: node), for: node)
    graph.alias(try graph.scaled(elu, by: alpha, for: node), for: node)
  }

  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("Elu", [x], ["alpha": .float(alpha)])
  }
}
