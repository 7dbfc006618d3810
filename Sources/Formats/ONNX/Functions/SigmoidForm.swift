struct SigmoidForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = ["Sigmoid": plain(.sigmoid)]

  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("Sigmoid", [x])
  }
}
