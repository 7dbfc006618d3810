import Networks
import Relaxations
import Tensors

/// Operators that are a function of each scalar by itself.
extension ONNXOperators {
  static func elementwise(
    _ layer: @escaping @Sendable (inout ONNXNode) throws -> any Layer
  ) -> Conversion {
    { node, graph in
      let x = try graph.value(0, of: node)
      graph.alias(try graph.appendElementwise(try layer(&node), to: x, for: node), for: node)
    }
  }

  /// Softmax and LogSoftmax of vectors, at the end of classifiers.
  static let softmax: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let given = node.integer("axis", default: node.opset < 13 ? 1 : -1)
    let axis = try graph.axis(given, of: x, node)
    guard x.axes[axis] == x.count, axis == x.axes.count - 1 || node.opset < 13 else {
      throw node.bad(
        "along axis \(given) of \(graph.shown(x.axes)) is not supported, only over all scalars of "
          + "an example: others multiply computed values")
    }
    let isLogarithm = node.operation == "LogSoftmax"
    let layer: any Layer = isLogarithm ? LogSoftmax() : Softmax()
    graph.alias(
      try graph.appendElementwise(layer, to: try graph.vector(x, for: node), for: node), for: node)
  }

  static let negation: Conversion = { node, graph in
    if case .part(let part)? = try graph.operand(0, of: node) {
      return graph.define(node.proto.output[0], as: .part(try part.scaled(by: -1, node)))
    }
    graph.alias(try graph.scaled(try graph.value(0, of: node), by: -1, for: node), for: node)
  }
}

/// What is known of a value that belongs to a function which exporters write in several nodes.
enum ONNXNote {
  /// An activation of another value.
  case function(ActivationFunction, of: ONNXGraph.Value)
  /// scale · x + shift.
  case line(scale: Float, shift: Float, of: ONNXGraph.Value)
  /// A piecewise linear function of another value.
  case pieces(PiecewiseLinear, of: ONNXGraph.Value)
}

extension ONNXGraph {
  /// Adds an activation, and notes it.
  mutating func apply(
    _ function: ActivationFunction, to x: Value, for node: ONNXNode
  ) throws -> Value {
    let y = try appendElementwise(Activation(function), to: x, for: node)
    notes[y.index] = .function(function, of: x)
    return y
  }

  /// scale · x + shift, with two numbers.
  mutating func line(
    _ x: Value, _ scale: Float, _ shift: Float, for node: ONNXNode
  ) throws -> Value {
    guard scale != 1 || shift != 0 else { return x }
    let channels = x.shape.last!
    let y = try appendElementwise(
      ChannelAffine(
        scale: Tensor(shape: [channels], repeating: scale),
        shift: Tensor(shape: [channels], repeating: shift)), to: x, for: node)
    notes[y.index] = .line(scale: scale, shift: shift, of: x)
    return y
  }

  mutating func scaled(_ x: Value, by scale: Float, for node: ONNXNode) throws -> Value {
    try line(x, scale, 0, for: node)
  }
}
