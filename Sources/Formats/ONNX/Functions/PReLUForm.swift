import Networks
import Tensors

/// PRelu, and Abs, which is one with the slope −1.
enum PReLUForm {
  static let operators: [String: ONNXOperators.Conversion] = [
    "PRelu": prelu,
    "Abs": { node, graph in
      graph.alias(try graph.absolute(try graph.value(0, of: node), for: node), for: node)
    },
  ]

  /// A slope for each scalar, or fewer that spread by NumPy's rule.
  private static let prelu: ONNXOperators.Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard let (shape, scalars) = try graph.floats(1, of: node) else {
      throw node.bad("needs slopes")
    }
    var own = shape
    // Before opset 9 one slope for each channel, without further axes.
    if node.opset < 9, shape.count == 1, let channels = x.axes.first, shape == [channels] {
      own += x.axes.dropFirst().map { _ in 1 }
    }
    let (input, slopes) = try graph.spread(x, with: own, scalars, for: node)
    guard input.count == x.count else { throw node.bad("slopes \(shape) spread its input") }
    graph.alias(try graph.prelu(input, slopes, for: node), for: node)
  }

  /// The slopes as the value has them: theirs run along the second axis.
  static func write(
    _ layer: PReLU, _ path: String, _ x: ONNXGraphWriter.Value, to graph: inout ONNXGraphWriter
  ) -> String {
    if layer.weight.scalars.allSatisfy({ $0 == -1 }) { return graph.emit("Abs", [x.name]) }
    let slopes = layer.weight.count == 1 ? layer.weight : graph.perChannel(layer.weight, x)
    return graph.emit("PRelu", [x.name, graph.constant(slopes, "\(path).weight")])
  }
}

extension ONNXGraph {
  /// |x|.
  mutating func absolute(_ x: Value, for node: ONNXNode) throws -> Value {
    let y = try appendElementwise(PReLU(slope: -1), to: x, for: node)
    notes[y.index] = .pieces(.absolute, of: x)
    return y
  }

  /// A PReLU with a slope for every scalar in ONNX's order.
  mutating func prelu(_ x: Value, _ slopes: [Float], for node: ONNXNode) throws -> Value {
    var ordered = slopes
    for (theirs, ours) in x.places.enumerated() { ordered[ours] = slopes[theirs] }
    let channels = ordered.allSatisfy { $0 == ordered[0] } ? 1 : x.shape.last!
    let isPeriodic = ordered.indices.allSatisfy { ordered[$0] == ordered[$0 % channels] }
    let count = isPeriodic ? channels : ordered.count
    let input = isPeriodic ? x : try shaped(x, to: [count], for: node)
    let weight = Tensor(shape: [count], Array(ordered.prefix(count)))
    return try appendElementwise(PReLU(weight: weight), to: input, for: node)
  }
}
