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

  static func function(
    _ function: @escaping @Sendable (inout ONNXNode) throws -> ActivationFunction
  ) -> Conversion {
    { node, graph in
      let f = try function(&node)
      if case .tanh = f, case .part(let part)? = try graph.operand(0, of: node) {
        return graph.define(node.proto.output[0], as: .part(try part.hyperbolicTangent(node)))
      }
      let x = try graph.value(0, of: node)
      graph.alias(try graph.apply(f, to: x, for: node), for: node)
    }
  }

  static let leakyReLU: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let slope = node.float("alpha", default: 0.01)
    guard slope.isFinite else { throw node.bad("alpha \(slope) is not a number") }
    let result =
      0...1 ~= slope
      ? try graph.apply(.leakyReLU(slope: slope), to: x, for: node)
      : try graph.appendElementwise(PReLU(slope: slope), to: x, for: node)
    graph.alias(result, for: node)
  }

  static let elu: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let alpha = node.float("alpha", default: 1)
    guard alpha >= 0, alpha.isFinite else { throw node.bad("alpha \(alpha) is below 0") }
    graph.alias(try graph.apply(.elu(alpha: alpha), to: x, for: node), for: node)
  }

  /// gamma · ELU(x).
  static let selu: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let alpha = node.float("alpha", default: 1.673_263_2)
    let gamma = node.float("gamma", default: 1.050_701)
    guard alpha >= 0, alpha.isFinite, gamma.isFinite else {
      throw node.bad("alpha \(alpha) and gamma \(gamma) are not supported")
    }
    let elu = try graph.apply(.elu(alpha: alpha), to: x, for: node)
    graph.alias(try graph.scaled(elu, by: gamma, for: node), for: node)
  }

  /// alpha · ELU(x/alpha).
  static let celu: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let alpha = node.float("alpha", default: 1)
    guard alpha > 0, alpha.isFinite, (1 / alpha).isFinite else {
      throw node.bad("alpha \(alpha) is not above 0")
    }
    let elu = try graph.apply(
      .elu(alpha: 1), to: try graph.scaled(x, by: 1 / alpha, for: node), for: node)
    graph.alias(try graph.scaled(elu, by: alpha, for: node), for: node)
  }

  /// clip(alpha · x + beta, 0, 1).
  static let hardSigmoid: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let (alpha, beta) = (node.float("alpha", default: 0.2), node.float("beta", default: 0.5))
    guard alpha.isFinite, beta.isFinite else { throw node.bad("alpha \(alpha), beta \(beta)") }
    let line = try graph.line(x, alpha, beta, for: node)
    graph.alias(try graph.clipped(line, 0, 1, for: node), for: node)
  }

  static let absolute: Conversion = { node, graph in
    graph.alias(try graph.absolute(try graph.value(0, of: node), for: node), for: node)
  }

  /// A slope for each scalar, or fewer that spread by NumPy's rule.
  static let prelu: Conversion = { node, graph in
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

  static let gelu: Conversion = { node, graph in
    let approximation = node.text("approximate") ?? "none"
    guard ["none", "tanh"].contains(approximation) else {
      throw node.bad("approximate \(approximation) is not known")
    }
    let function: ActivationFunction = approximation == "none" ? .gelu : .geluTanh
    graph.alias(try graph.apply(function, to: try graph.value(0, of: node), for: node), for: node)
  }

  /// Bounds are attributes before opset 11 and inputs from then on; one may be missing.
  static let clip: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let (low, high) = (
      node.float("min", default: -.greatestFiniteMagnitude),
      node.float("max", default: .greatestFiniteMagnitude)
    )
    let largest = Float.greatestFiniteMagnitude
    let lower = max(try graph.floats(1, of: node)?.scalars.first ?? low, -largest)
    let upper = min(try graph.floats(2, of: node)?.scalars.first ?? high, largest)
    guard lower < upper else { throw node.bad("from \(lower) to \(upper) keeps nothing") }
    graph.alias(try graph.clipped(x, lower, upper, for: node), for: node)
  }

  /// log(σ(x)) = −softplus(−x), PyTorch's LogSigmoid; log of other values is not supported.
  static let logarithm: Conversion = { node, graph in
    let y = try graph.value(0, of: node)
    guard case .function(.sigmoid, let x)? = graph.notes[y.index] else {
      throw node.bad("is supported of a sigmoid only (LogSigmoid)")
    }
    let argument = try graph.scaled(graph.reshaped(x, to: y.axes), by: -1, for: node)
    let softplus = try graph.apply(.softplus, to: argument, for: node)
    graph.alias(try graph.scaled(softplus, by: -1, for: node), for: node)
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

  /// min(max(x, lower), upper).
  mutating func clipped(
    _ x: Value, _ lower: Float, _ upper: Float, for node: ONNXNode
  ) throws -> Value {
    guard lower != 0 || upper != .greatestFiniteMagnitude else {
      return try appendElementwise(ReLU(), to: x, for: node)
    }
    return try apply(.clip(lower: lower, upper: upper), to: x, for: node)
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

  mutating func scaled(_ x: Value, by scale: Float, for node: ONNXNode) throws -> Value {
    try line(x, scale, 0, for: node)
  }
}
