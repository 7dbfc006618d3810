import Relaxations

/// Softplus, log(1 + eˣ), and PyTorch's LogSigmoid.
///
/// LogSigmoid is written as the logarithm of a Sigmoid, and log σ(x) is −softplus(−x). The
/// logarithm of any other value is refused, since there are no bounds for it. PyTorch's Softplus
/// with a threshold is recognised where its Where is read.
struct SoftplusForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = [
    "Softplus": plain(.softplus),
    "Log": { node, graph in
      let y = try graph.value(0, of: node)
      guard case .function(.sigmoid, let x)? = graph.notes[y.index] else {
        throw node.bad("is supported of a sigmoid only (LogSigmoid)")
      }
      let argument = try graph.scaled(graph.reshaped(x, to: y.axes), by: -1, for: node)
      let softplus = try graph.apply(.softplus, to: argument, for: node)
      graph.alias(try graph.scaled(softplus, by: -1, for: node), for: node)
    },
  ]

  /// Writes a Softplus.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("Softplus", [x])
  }
}
