import Networks
import Relaxations
import Tensors

/// A part of a function of one value that exporters write in several nodes, and that is no layer by
/// itself.
enum ONNXFunctionPart {
  /// A piecewise linear function that jumps, such as the sign.
  case pieces(PiecewiseLinear, of: ONNXGraph.Value)
  /// Σ cᵢxⁱ, of which GELU's approximation is made.
  case polynomial([Double], of: ONNXGraph.Value)
  /// factor · (offset + g), of which GELU is made.
  case gate(Gate, factor: Double, offset: Double, of: ONNXGraph.Value)

  /// What a gate opens by.
  enum Gate {
    /// erf(x/√2).
    case erf
    /// tanh(√(2/π) · (x + 0.044715·x³)).
    case tanh
  }

  /// The value that it is a function of.
  var base: ONNXGraph.Value {
    switch self {
    case .pieces(_, let x), .polynomial(_, let x), .gate(_, _, _, let x): x
    }
  }

  func refusal(_ node: ONNXNode) -> any Error {
    switch self {
    case .pieces(let pieces, _):
      let height = pieces.jump.map { " by \(Float($0.height)) at \(Float($0.knot))" } ?? ""
      return node.bad(
        "of a function that jumps\(height) (Sign) is supported only where Where "
          + "or a sum makes it continuous")
    case .polynomial:
      return node.bad(
        "of a power, or a value multiplied by itself, is supported only where it makes GELU: there "
          + "is no bound rule yet")
    case .gate(.erf, _, _, _):
      return node.bad("of erf is supported only where it makes GELU, x · (1 + erf(x/√2))/2")
    case .gate(.tanh, _, _, _):
      return node.bad("of tanh of a power is supported only where it makes GELU's approximation")
    }
  }

  // MARK: Beginnings

  /// erf of x/√2.
  static let erf: ONNXOperators.Conversion = { node, graph in
    let y = try graph.value(0, of: node)
    let root = Float(0.5).squareRoot()
    guard case .line(let scale, 0, let x)? = graph.notes[y.index], abs(scale - root) < 1e-6 else {
      throw node.bad("of erf is supported only where it makes GELU, x · (1 + erf(x/√2))/2")
    }
    let part = gate(.erf, factor: 1, offset: 0, of: graph.reshaped(x, to: y.axes))
    graph.define(node.proto.output[0], as: .part(part))
  }

  static let power: ONNXOperators.Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard let exponent = try graph.constant(1, of: node), exponent.count == 1,
      case let n = exponent.doubles?[0] ?? Double(exponent.integers![0]), n == 2 || n == 3
    else { throw node.bad("is supported of x³ only, where it makes GELU's approximation") }
    let part = polynomial(n == 2 ? [0, 0, 1] : [0, 0, 0, 1], of: x)
    graph.define(node.proto.output[0], as: .part(part))
  }

  // MARK: Steps

  func scaled(by c: Double, _ node: ONNXNode) throws -> ONNXFunctionPart {
    switch self {
    case .pieces(let pieces, let x): .pieces(pieces.scaled(c, plus: 0), of: x)
    case .polynomial(let coefficients, let x): .polynomial(coefficients.map { $0 * c }, of: x)
    case .gate(let gate, let factor, let offset, let x):
      .gate(gate, factor: factor * c, offset: offset, of: x)
    }
  }

  /// The part with a number added, multiplied by or divided by.
  func advanced(
    by constant: ONNXConstant, isFirst: Bool, _ node: ONNXNode
  ) throws -> ONNXFunctionPart {
    guard constant.count == 1, let c = constant.doubles?.first else { throw refusal(node) }
    switch (node.operation, isFirst) {
    case ("Mul", _): return try scaled(by: c, node)
    case ("Div", true): return try scaled(by: 1 / c, node)
    case ("Add", _): return try shifted(by: c, node)
    case ("Sub", true): return try shifted(by: -c, node)
    case ("Sub", false): return try scaled(by: -1, node).shifted(by: c, node)
    default: throw refusal(node)
    }
  }

  private func shifted(by c: Double, _ node: ONNXNode) throws -> ONNXFunctionPart {
    switch self {
    case .pieces(let pieces, let x): return .pieces(pieces.scaled(1, plus: c), of: x)
    case .polynomial(var coefficients, let x):
      coefficients[0] += c
      return .polynomial(coefficients, of: x)
    case .gate(let gate, 1, let offset, let x):
      return .gate(gate, factor: 1, offset: offset + c, of: x)
    case .gate: throw refusal(node)
    }
  }

  /// tanh of the polynomial that GELU's approximation has.
  func hyperbolicTangent(_ node: ONNXNode) throws -> ONNXFunctionPart {
    let root = (2 / Double.pi).squareRoot()
    guard case .polynomial(let coefficients, let x) = self, coefficients.count == 4,
      zip(coefficients, [0, root, 0, 0.044715 * root]).allSatisfy({ abs($0 - $1) < 1e-6 })
    else { throw refusal(node) }
    return .gate(.tanh, factor: 1, offset: 0, of: x)
  }

  // MARK: Meetings with values

  /// The operator on the part and a value, which is a function of the same base.
  func meet(
    _ value: ONNXGraph.Value, isFirst: Bool, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws {
    switch (self, node.operation) {
    case (.pieces(let pieces, _), "Add"), (.pieces(let pieces, _), "Sub"):
      let (base, other) = graph.pieces(of: value)
      guard base.isSame(as: self.base) else { throw refusal(node) }
      let sign: (Double, Double) =
        node.operation == "Add" ? (1, 1) : (isFirst ? (1, -1) : (-1, 1))
      let sum = pieces.scaled(sign.0, plus: 0) + other.scaled(sign.1, plus: 0)
      graph.define(node.proto.output[0], as: .part(.pieces(sum, of: base)))
    case (.polynomial(let coefficients, let x), "Add"):
      guard let line = graph.lineOf(value, x) else { throw refusal(node) }
      var sum = coefficients
      sum[0] += line.shift
      sum[1] += line.scale
      graph.define(node.proto.output[0], as: .part(.polynomial(sum, of: x)))
    case (.polynomial(let coefficients, let x), "Mul"):
      guard let line = graph.lineOf(value, x), line.shift == 0, coefficients.count < 4 else {
        throw refusal(node)
      }
      let product = [0] + coefficients.map { $0 * line.scale }
      graph.define(node.proto.output[0], as: .part(.polynomial(product, of: x)))
    case (.gate(let gate, let factor, 1, let x), "Mul"):
      guard let line = graph.lineOf(value, x), line.shift == 0 else { throw refusal(node) }
      let function: ActivationFunction =
        switch gate {
        case .erf: .gelu
        case .tanh: .geluTanh
        }
      let gelu = try graph.apply(function, to: x, for: node)
      graph.alias(
        try graph.scaled(gelu, by: Float(2 * factor * line.scale), for: node), for: node)
    default: throw refusal(node)
    }
  }
}

extension ONNXOperators {
  static let sign: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    graph.define(node.proto.output[0], as: .part(.pieces(.sign, of: x)))
  }
}

extension ONNXGraph {
  /// A value as scale · x + shift of another; nil where it is not known to be.
  func lineOf(_ value: Value, _ x: Value) -> (scale: Double, shift: Double)? {
    if value.isSame(as: x) { return (1, 0) }
    guard case .line(let scale, let shift, let base)? = notes[value.index],
      reshaped(base, to: value.axes).isSame(as: x)
    else { return nil }
    return (Double(scale), Double(shift))
  }
}
