/// Sigmoid, 1/(1 + e⁻ˣ). As a factor it may be the gate of SiLU; see ``SiLUForm``.
struct SigmoidForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = ["Sigmoid": plain(.sigmoid)]

  /// Writes a Sigmoid.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("Sigmoid", [x])
  }
}
