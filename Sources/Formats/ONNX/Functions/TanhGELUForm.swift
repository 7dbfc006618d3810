import Relaxations

/// The approximation of GELU by a tanh, x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³))).
///
/// The operator Gelu with `approximate` "tanh" is read by ``GELUForm``. Exporters for older opsets
/// write the polynomial by Pow or by products; this form reads Pow, as the beginning of a part of a
/// function (``ONNXFunctionPart``).
struct TanhGELUForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = ["Pow": ONNXFunctionPart.power]

  /// Writes the function in nodes of opset 17, the cube as two products.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    let cube = graph.emit("Mul", [x, graph.emit("Mul", [x, x])])
    let cubic = graph.emit("Mul", [graph.number(0.044715), cube])
    let inner = graph.emit("Add", [x, cubic])
    let scale = graph.number(Float((2 / Double.pi).squareRoot()))
    let bend = graph.emit("Tanh", [graph.emit("Mul", [scale, inner])])
    let open = graph.emit("Add", [graph.number(1), bend])
    return graph.emit("Mul", [x, graph.emit("Mul", [graph.number(0.5), open])])
  }
}
