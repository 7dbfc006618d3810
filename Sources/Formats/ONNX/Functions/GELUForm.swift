import Relaxations

/// Gelu, x · Φ(x) with the normal distribution function Φ (Hendrycks and Gimpel 2016).
///
/// The operator Gelu exists from opset 20 on; its attribute `approximate` is "none" by default, or
/// "tanh" for ``TanhGELUForm``. Exporters for older opsets write x · (1 + erf(x/√2))/2 in five
/// nodes, in several orders. These begin with an Erf, which this form reads as a part of a function
/// (``ONNXFunctionPart``).
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

  /// Writes the function in five nodes, since the operator exists only from opset 20 on: ((erf(x ·
  /// √½) + 1) · ½) · x.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    let scaled = graph.emit("Mul", [x, graph.number(Float(0.5).squareRoot())])
    let sum = graph.emit("Add", [graph.emit("Erf", [scaled]), graph.number(1)])
    return graph.emit("Mul", [graph.emit("Mul", [sum, graph.number(0.5)]), x])
  }
}
