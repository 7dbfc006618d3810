import Relaxations

/// Elu, and what is made of it: Selu and Celu.
///
/// ELU is x above 0 and alpha · (eˣ − 1) below. Scaled on one side or both, it gives the other two.
struct ELUForm: ONNXFunctionForm {
  /// The factor of the exponential, not negative.
  let alpha: Float

  static let operators: [String: ONNXOperators.Conversion] = [
    "Elu": elu, "Selu": selu, "Celu": celu,
  ]

  /// Elu, with `alpha` 1 by default. A negative or infinite one is refused, for which there are no
  /// bounds.
  private static let elu: ONNXOperators.Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let alpha = node.float("alpha", default: 1)
    guard alpha >= 0, alpha.isFinite else { throw node.bad("alpha \(alpha) is below 0") }
    graph.alias(try graph.apply(.elu(alpha: alpha), to: x, for: node), for: node)
  }

  /// Selu: gamma · ELU(x), with defaults of about 1.6733 for `alpha` and 1.0507 for `gamma`, which
  /// ONNX gives to more digits than Float32 holds. It becomes an ``Activation`` and a
  /// ``ChannelAffine``.
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

  /// Celu (opset 12): x above 0 and alpha · (exp(x/alpha) − 1) below, which is alpha · ELU(x/alpha)
  /// with an alpha of 1 inside. `alpha` is 1 by default and has to be above 0.
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

  /// Writes an Elu.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("Elu", [x], ["alpha": .float(alpha)])
  }
}
