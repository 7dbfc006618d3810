import Networks
import Relaxations

/// LeakyRelu; with a slope outside of 0 to 1 it becomes a ``PReLU``.
struct LeakyReLUForm: ONNXFunctionForm {
  let slope: Float

  static let operators: [String: ONNXOperators.Conversion] = [
    "LeakyRelu": { node, graph in
      let x = try graph.value(0, of: node)
      let slope = node.float("alpha", default: 0.01)
      guard slope.isFinite else { throw node.bad("alpha \(slope) is not a number") }
      let result =
        0...1 ~= slope
        ? try graph.apply(.leakyReLU(slope: slope), to: x, for: node)
        : try graph.appendElementwise(PReLU(slope: slope), to: x, for: node)
      graph.alias(result, for: node)
    }
  ]

  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("LeakyRelu", [x], ["alpha": .float(slope)])
  }
}
