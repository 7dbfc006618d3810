import Networks
import Tensors

/// PRelu, max(x, 0) + a · min(x, 0) with constant slopes a, and Abs, which is a PRelu of slope −1.
///
/// This is no form of an ``ActivationFunction``, because ``PReLU`` is a layer with a weight that is
/// trained. Its operators are added to ``ONNXOperators/all`` directly.
enum PReLUForm {
  /// PRelu and Abs; Abs is noted as a piecewise linear function, so that x/(1 + |x|) is recognised.
  static let operators: [String: ONNXOperators.Conversion] = [
    "PRelu": prelu,
    "Abs": { node, graph in
      graph.alias(try graph.absolute(try graph.value(0, of: node), for: node), for: node)
    },
  ]

  /// PRelu with a slope for each scalar, or fewer, which spread over the value by NumPy's rule.
  ///
  /// The slopes must not spread the value. Slopes of one axis, with as many numbers as the value has
  /// channels, are one for each channel up to opset 6. In opset 7 and 8 they are that only where
  /// NumPy's rule does not fit them to the last axis: the rule holds since opset 7, but some
  /// exporters went on to leave out the axes behind the channels.
  ///
  /// - Throws: ``FormatError`` where the slopes are computed, missing, or do not fit.
  private static let prelu: ONNXOperators.Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard let (shape, scalars) = try graph.floats(1, of: node) else {
      throw node.bad("needs slopes")
    }
    let own = try channelShape(shape, of: x, node, graph)
    let (input, slopes) = try graph.spread(x, with: own, scalars, for: node)
    guard input.count == x.count else { throw node.bad("slopes \(shape) spread its input") }
    graph.alias(try graph.prelu(input, slopes, for: node), for: node)
  }

  /// Returns the shape of slopes with the axes of extent 1 that older opsets leave out behind the
  /// channels.
  private static func channelShape(
    _ shape: [Int], of x: ONNXGraph.Value, _ node: ONNXNode, _ graph: ONNXGraph
  ) throws -> [Int] {
    guard node.opset < 9, shape.count == 1, shape != [1], x.axes.count > 1 else { return shape }
    if node.opset > 6, shape.last == x.axes.last { return shape }
    let core = try graph.core(x, node)
    guard shape == Array(core.prefix(1)) else { return shape }
    return shape + core.dropFirst().map { _ in 1 }
  }

  /// Writes a PRelu, or an Abs if every slope is −1, and returns the name of the result.
  ///
  /// - Parameters:
  ///   - path: The layer's name, by which the slopes are called `path.weight`.
  ///   - x: The value in the file, which decides in which order and shape the slopes have to lie.
  static func write(
    _ layer: PReLU, _ path: String, _ x: ONNXGraphWriter.Value, to graph: inout ONNXGraphWriter
  ) -> String {
    if layer.weight.scalars.allSatisfy({ $0 == -1 }) { return graph.emit("Abs", [x.name]) }
    let slopes = layer.weight.count == 1 ? layer.weight : graph.perChannel(layer.weight, x)
    return graph.emit("PRelu", [x.name, graph.constant(slopes, "\(path).weight")])
  }
}

/// Functions with two slopes.
extension ONNXGraph {
  /// Adds |x| as a ``PReLU`` of slope −1, and notes it.
  mutating func absolute(_ x: Value, for node: ONNXNode) throws -> Value {
    let y = try appendElementwise(PReLU(slope: -1), to: x, for: node)
    notes[y.index] = .pieces(.absolute, of: x)
    return y
  }

  /// Adds a ``PReLU`` with a slope for every scalar in ONNX's order.
  ///
  /// Equal slopes become one. Slopes that repeat for every channel become one for each channel.
  /// Otherwise the value becomes a vector, of which every scalar is a channel.
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
