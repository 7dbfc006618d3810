import Relaxations

/// Gelu, in both its forms, and x · (1 + erf(x/√2))/2, of which erf is a part (``ONNXFunctionPart``).
struct GELUForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = [
    "Gelu": { node, graph in
      let approximation = node.text("approximate") ?? "none"
      guard ["none", "tanh"].contains(approximation) else {
        throw node.bad("approximate \(approximation) is not known")
      }
      try plain(approximation == "none" ? .gelu : .geluTanh)(&node, &graph)
    },
    "Erf": ONNXFunctionPart.erf,
  ]

  /// Written out, since the operator exists only from opset 20 on.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    let scaled = graph.emit("Mul", [x, graph.number(Float(0.5).squareRoot())])
    let sum = graph.emit("Add", [graph.emit("Erf", [scaled]), graph.number(1)])
    return graph.emit("Mul", [graph.emit("Mul", [sum, graph.number(0.5)]), x])
  }
}
