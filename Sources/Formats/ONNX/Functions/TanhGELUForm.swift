import Relaxations

/// x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³))), of which powers are a part (``ONNXFunctionPart``).
struct TanhGELUForm: ONNXFunctionForm {
  static let operators: [String: ONNXOperators.Conversion] = ["Pow": ONNXFunctionPart.power]

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
