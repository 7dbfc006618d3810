import Networks
import Relaxations

/// LeakyRelu: x above 0, alpha · x below, with `alpha` 0.01 by default.
///
/// A slope from 0 to 1 becomes an ``Activation``; any other becomes a ``PReLU`` with one slope,
/// whose bounds hold for all of them.
struct LeakyReLUForm: ONNXFunctionForm {
  /// The slope below 0.
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

  /// Writes a LeakyRelu.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String {
    graph.emit("LeakyRelu", [x], ["alpha": .float(slope)])
  }
}
