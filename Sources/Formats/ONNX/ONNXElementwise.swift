import Networks
import Relaxations
import Tensors

/// Operators that are a function of each scalar by itself, and Softmax. See the folder `Functions`
/// for the activations that have settings or several written forms.
extension ONNXOperators {
  /// Returns the conversion of an operator that becomes one elementwise layer, such as Relu, which
  /// becomes ``ReLU``.
  ///
  /// - Parameter layer: Makes the layer, and may read attributes of the node.
  static func elementwise(
    _ layer: @escaping @Sendable (inout ONNXNode) throws -> any Layer
  ) -> Conversion {
    { node, graph in
      let x = try graph.value(0, of: node)
      graph.alias(try graph.appendElementwise(try layer(&node), to: x, for: node), for: node)
    }
  }

  /// Softmax and LogSoftmax over all scalars of an example, as they stand at the end of
  /// classifiers.
  ///
  /// Until opset 12 the operator flattens its input to two axes at `axis`, 1 by default, and works
  /// on the second. From opset 13 on it works along `axis` alone, −1 by default. Here this axis
  /// must hold all scalars of an example, with which both readings agree, and the operator becomes
  /// ``Softmax`` or ``LogSoftmax`` of a vector. Along one of several axes it is refused, as in
  /// attention, whose products of computed values have no bound rule.
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

  /// Neg: a line of slope −1, also of a part of a function.
  static let negation: Conversion = { node, graph in
    if case .part(let part)? = try graph.operand(0, of: node) {
      return graph.define(node.proto.output[0], as: .part(try part.scaled(by: -1, node)))
    }
    graph.alias(try graph.scaled(try graph.value(0, of: node), by: -1, for: node), for: node)
  }
}

/// What is known of a computed value, beside that some layer gives it.
///
/// Exporters write some functions in several nodes. PyTorch's SiLU, for example, becomes a Sigmoid
/// and a Mul. When the Mul arrives, the note on its second input says that this is the sigmoid of
/// the first; so the product is SiLU, which has tight bounds, whereas the product of two computed
/// values has none. The layers that are no longer needed then (the sigmoid) are left out of the
/// network by ``ONNXGraph/network(of:)``.
///
/// Notes are kept in ``ONNXGraph/notes`` by the value's index.
enum ONNXNote {
  /// The value is an activation of another one.
  case function(ActivationFunction, of: ONNXGraph.Value)
  /// The value is scale · x + shift of another one, x.
  case line(scale: Float, shift: Float, of: ONNXGraph.Value)
  /// The value is a piecewise linear function of another one.
  case pieces(PiecewiseLinear, of: ONNXGraph.Value)
}

/// Elementwise layers that are noted for the recognition of functions; see ``ONNXNote``.
extension ONNXGraph {
  /// Adds an activation of a value, and notes it.
  mutating func apply(
    _ function: ActivationFunction, to x: Value, for node: ONNXNode
  ) throws -> Value {
    let y = try appendElementwise(Activation(function), to: x, for: node)
    notes[y.index] = .function(function, of: x)
    return y
  }

  /// Adds scale · x + shift with two numbers, as a ``ChannelAffine`` that has the same two for all
  /// channels, and notes it. The identity adds nothing.
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

  /// Returns scale · x; see ``line(_:_:_:for:)``.
  mutating func scaled(_ x: Value, by scale: Float, for node: ONNXNode) throws -> Value {
    try line(x, scale, 0, for: node)
  }
}
