import Networks
import Relaxations
import Tensors

/// A part of a function of one value that exporters write in several nodes, and that is no layer by
/// itself.
///
/// GELU, for example, is written as x · (1 + erf(x/√2))/2. Its nodes arrive one by one: a scaling,
/// an Erf, a sum, two products. The Erf has no bound rule, but begins a known function, so it
/// becomes a part. Each node behind it advances the part, and the last product completes it: a part
/// meets the value that it is a function of, and an ``Activation`` of GELU is added. If some other
/// operator wants the part as a value, or the file ends in it, the node is refused with the reason
/// (``refusal(_:)``).
///
/// Exporters round the constants of these functions to Float32. Those of GELU are recognised within
/// 1e-6, and the function is then the exact one.
enum ONNXFunctionPart {
  /// A piecewise linear function that may jump, such as the sign; Where can make a continuous one
  /// of it.
  case pieces(PiecewiseLinear, of: ONNXGraph.Value)
  /// A polynomial Σ cᵢxⁱ of degree 3 at most, of which GELU's approximation is made; c₀ comes
  /// first.
  case polynomial([Double], of: ONNXGraph.Value)
  /// factor · (offset + g(x)) for a gate g, of which GELU is made.
  case gate(Gate, factor: Double, offset: Double, of: ONNXGraph.Value)

  /// What a gate opens by: the function g that goes from −1 to 1.
  enum Gate {
    /// erf(x/√2).
    case erf
    /// tanh(√(2/π) · (x + 0.044715·x³)).
    case tanh
  }

  /// The value that the part is a function of.
  var base: ONNXGraph.Value {
    switch self {
    case .pieces(_, let x), .polynomial(_, let x), .gate(_, _, _, let x): x
    }
  }

  /// Returns the error for a node that wants the part as a value: what it is, and what it is
  /// supported for.
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

  /// Erf of x/√2, the beginning of GELU; ``GELUForm`` lists the operator.
  ///
  /// - Throws: ``FormatError`` where the argument is no value times √½.
  static let erf: ONNXOperators.Conversion = { node, graph in
    let y = try graph.value(0, of: node)
    let root = Float(0.5).squareRoot()
    // The argument has been scaled by some node before: by a product with √½, or a division by √2
    // rounded to Float32. Neither number is exact, which the tolerance allows for.
    guard case .line(let scale, 0, let x)? = graph.notes[y.index], abs(scale - root) < 1.2e-7 else {
      throw node.bad("of erf is supported only where it makes GELU, x · (1 + erf(x/√2))/2")
    }
    let part = gate(.erf, factor: 1, offset: 0, of: graph.reshaped(x, to: y.axes))
    graph.define(node.proto.output[0], as: .part(part))
  }

  /// Pow of a value, by 2 or 3, the beginning of GELU's approximation; ``TanhGELUForm`` lists the
  /// operator.
  ///
  /// - Throws: ``FormatError`` for another exponent, or one that is computed.
  static let power: ONNXOperators.Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard let exponent = try graph.constant(1, of: node), exponent.count == 1,
      case let n = exponent.doubles?[0] ?? Double(exponent.integers![0]), n == 2 || n == 3
    else { throw node.bad("is supported of x³ only, where it makes GELU's approximation") }
    let part = polynomial(n == 2 ? [0, 0, 1] : [0, 0, 0, 1], of: x)
    graph.define(node.proto.output[0], as: .part(part))
  }

  // MARK: Steps

  /// Returns the part times a number.
  func scaled(by c: Double, _ node: ONNXNode) throws -> ONNXFunctionPart {
    switch self {
    case .pieces(let pieces, let x): .pieces(pieces.scaled(c, plus: 0), of: x)
    case .polynomial(let coefficients, let x): .polynomial(coefficients.map { $0 * c }, of: x)
    case .gate(let gate, let factor, let offset, let x):
      .gate(gate, factor: factor * c, offset: offset, of: x)
    }
  }

  /// Returns the part with a number added to it, or multiplied or divided by one.
  ///
  /// - Parameters:
  ///   - constant: A single number.
  ///   - isFirst: Whether the part is the node's first operand.
  /// - Throws: The ``refusal(_:)`` of the part for several numbers, and where the part divides.
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

  /// Returns the part plus a number. A gate can be shifted only before it is scaled, as all known
  /// ways to write GELU do.
  private func shifted(by c: Double, _ node: ONNXNode) throws -> ONNXFunctionPart {
    switch self {
    case .pieces(let pieces, let x): return .pieces(pieces.scaled(1, plus: c), of: x)
    case .polynomial(var coefficients, let x):
      coefficients[0] += c
      return .polynomial(coefficients, of: x)
    // factor · (offset + g) + c would be factor · (offset + c/factor + g), whose division may
    // round.
    case .gate(let gate, 1, let offset, let x):
      return .gate(gate, factor: 1, offset: offset + c, of: x)
    case .gate: throw refusal(node)
    }
  }

  /// Returns tanh of the part, if it is the polynomial √(2/π) · (x + 0.044715·x³) that GELU's
  /// approximation has.
  ///
  /// - Throws: The ``refusal(_:)`` of the part for any other.
  func hyperbolicTangent(_ node: ONNXNode) throws -> ONNXFunctionPart {
    // The coefficients are products of numbers that the file has in Float32, so that they differ
    // from the exact ones by rounding.
    let root = (2 / Double.pi).squareRoot()
    guard case .polynomial(let coefficients, let x) = self, coefficients.count == 4,
      zip(coefficients, [0, root, 0, 0.044715 * root]).allSatisfy({ abs($0 - $1) < 1.2e-7 })
    else { throw refusal(node) }
    return .gate(.tanh, factor: 1, offset: 0, of: x)
  }

  // MARK: Meetings with values

  /// Applies a node's operator to the part and a value.
  ///
  /// The value has to be a function of the same base, or a multiple of it. A sum of piecewise
  /// linear functions is one again. A polynomial plus a line, or times a multiple of x, is a
  /// polynomial. A gate 1 + g times a multiple of x is GELU, since x · (1 + erf(x/√2)) is 2 ·
  /// GELU(x), and likewise for tanh; this adds the activation and a factor.
  ///
  /// - Parameter isFirst: Whether the part is the first operand.
  /// - Throws: The ``refusal(_:)`` of the part for everything else.
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
      // factor · (1 + g) times line.scale · x is factor · line.scale · 2 · GELU(x), since GELU(x) =
      // x/2 · (1 + g(x)).
      let gelu = try graph.apply(function, to: x, for: node)
      graph.alias(
        try graph.scaled(gelu, by: Float(2 * factor * line.scale), for: node), for: node)
    default: throw refusal(node)
    }
  }
}

/// The operator that begins piecewise linear functions with a jump.
extension ONNXOperators {
  /// Sign, which jumps at 0 and is kept as a part until a Where makes a continuous function of it.
  static let sign: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    graph.define(node.proto.output[0], as: .part(.pieces(.sign, of: x)))
  }
}

/// Recognition of lines.
extension ONNXGraph {
  /// Returns a value as scale · x + shift of another, or nil where it is not known to be that.
  ///
  /// A value is itself with scale 1; otherwise its note has to be a line of x. Lines of lines are
  /// not followed.
  func lineOf(_ value: Value, _ x: Value) -> (scale: Double, shift: Double)? {
    if value.isSame(as: x) { return (1, 0) }
    guard case .line(let scale, let shift, let base)? = notes[value.index],
      reshaped(base, to: value.axes).isSame(as: x)
    else { return nil }
    return (Double(scale), Double(shift))
  }
}
