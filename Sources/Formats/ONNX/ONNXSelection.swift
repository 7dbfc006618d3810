import Foundation
import Networks
import Tensors

/// A comparison of a value with a number, kept until a Where selects by it.
///
/// It is described by a piecewise linear function of some value that is above 0 where the
/// comparison holds: x > t is x − t, x < t is t − x. For a function that is continuous it does not
/// matter what is selected at the number itself, so `Greater` and `GreaterOrEqual` are the same
/// here.
struct ONNXCondition {
  /// The value that the comparison is a function of. If the compared value is itself a piecewise
  /// linear function of another, this is that other one.
  let base: ONNXGraph.Value
  /// A function of the base that is above 0 where the comparison holds.
  let excess: PiecewiseLinear
  /// The value and the number that are compared, where the value has to be larger; nil for other
  /// comparisons. PyTorch's Softplus is recognised by it.
  let compared: (value: ONNXGraph.Value, threshold: Float)?
}

/// Comparisons with constants, And and Or of them, and what Where makes of them.
///
/// PyTorch's default exporter writes functions such as Softshrink and Threshold by a comparison and
/// a Where. Bounds need to know them as what they are: a continuous function of one value that is a
/// line between knots (``PiecewiseLinear``). The reader therefore follows such functions
/// symbolically, and Where builds the selected one out of ReLUs. If it jumps, as Hardshrink does,
/// no line bounds it well on both sides of the jump, and it is refused with the height of the jump.
extension ONNXOperators {
  /// Greater, GreaterOrEqual, Less and LessOrEqual of a value and a single number, in either order.
  ///
  /// - Throws: ``FormatError`` where two values or more than one number are compared.
  static let comparison: Conversion = { node, graph in
    guard node.inputs.count == 2 else { throw node.bad("needs two inputs") }
    let operands = try (0..<2).map { try graph.operand(node.inputs[$0], of: node) }
    let isGreater = node.operation.hasPrefix("Greater")
    let condition: ONNXCondition
    switch (operands[0], operands[1]) {
    case (.value(let x), .constant(let c)):
      condition = try compared(x, c, isAbove: isGreater, node, graph)
    case (.constant(let c), .value(let x)):
      condition = try compared(x, c, isAbove: !isGreater, node, graph)
    default: throw node.bad("is supported of a computed value and a constant only")
    }
    graph.define(node.proto.output[0], as: .condition(condition))
  }

  /// Returns the comparison of a value with a constant.
  ///
  /// - Parameter isAbove: Whether the value has to be above the number.
  private static func compared(
    _ x: ONNXGraph.Value, _ constant: ONNXConstant, isAbove: Bool, _ node: ONNXNode,
    _ graph: ONNXGraph
  ) throws -> ONNXCondition {
    guard constant.count == 1 else { throw node.bad("is supported with one number only") }
    let number = try node.floats(constant, named: "its constant")[0]
    let (base, pieces) = graph.pieces(of: x)
    let sign: Double = isAbove ? 1 : -1
    return ONNXCondition(
      base: base, excess: pieces.scaled(sign, plus: -sign * Double(number)),
      compared: isAbove ? (x, number) : nil)
  }

  /// And and Or of two comparisons of the same value.
  ///
  /// For And, a function that is above 0 where both hold is the function of b wherever a holds, and
  /// elsewhere that of a, which is not above 0 there. For Or it is that of a wherever a holds, and
  /// elsewhere that of b.
  ///
  /// - Throws: ``FormatError`` for other operands, and for comparisons of too many pieces.
  static let junction: Conversion = { node, graph in
    let operands = try node.inputs.map { try graph.operand($0, of: node) }
    guard operands.count == 2, case .condition(let a) = operands[0],
      case .condition(let b) = operands[1], a.base.isSame(as: b.base)
    else { throw node.bad("is supported of two comparisons of one value only") }
    let excess =
      node.operation == "Or"
      ? PiecewiseLinear.selected(a.excess, a.excess, b.excess)
      : PiecewiseLinear.selected(a.excess, b.excess, a.excess)
    guard excess.knots.count <= PiecewiseLinear.knotLimit else {
      throw node.bad("joins too many comparisons")
    }
    graph.define(
      node.proto.output[0],
      as: .condition(ONNXCondition(base: a.base, excess: excess, compared: nil)))
  }

  /// Where(condition, a, b) with a comparison as condition: a where it holds, b elsewhere.
  ///
  /// Both branches must be numbers or piecewise linear functions of the value that is compared. The
  /// result is noted as such a function too, so that several selections in a row, by which
  /// exporters write functions with several knots, work as well. PyTorch's Softplus is looked for
  /// first.
  ///
  /// - Throws: ``FormatError`` where the condition is no comparison, a branch is another function,
  ///   the result has too many pieces or jumps, or Float32 does not hold its numbers.
  static let selection: Conversion = { node, graph in
    guard node.inputs.count == 3,
      case .condition(let condition) = try graph.operand(node.inputs[0], of: node)
    else { throw node.bad("is supported where a value is compared with a constant only") }
    if let softplus = try softplus(condition, node, graph) {
      return graph.alias(softplus, for: node)
    }
    let branches = try (1...2).map { try branch($0, on: condition, node, graph) }
    let pieces = PiecewiseLinear.selected(condition.excess, branches[0], branches[1])
    guard pieces.knots.count <= PiecewiseLinear.knotLimit else {
      throw node.bad("makes a function of too many pieces")
    }
    if let jump = pieces.jump {
      throw node.bad(
        "makes a function that jumps by \(String(format: "%.3g", jump.height)) at "
          + "\(String(format: "%.3g", jump.knot)), for which there are no lines that bound it")
    }
    graph.alias(try graph.apply(pieces, to: condition.base, for: node), for: node)
  }

  /// Returns a branch of Where as a piecewise linear function of what the condition compares.
  ///
  /// - Parameter position: 1 or 2, the branch's position among the inputs.
  private static func branch(
    _ position: Int, on condition: ONNXCondition, _ node: ONNXNode, _ graph: ONNXGraph
  ) throws -> PiecewiseLinear {
    let failure = node.bad("of a branch that is no piecewise linear function of what is compared")
    switch try graph.operand(node.inputs[position], of: node) {
    case .constant(let constant):
      guard constant.count == 1 else { throw failure }
      let number = try node.floats(constant, named: "input \(position)")[0]
      return PiecewiseLinear(slope: 0, intercept: Double(number))
    case .value(let value):
      let (base, pieces) = graph.pieces(of: value)
      guard base.isSame(as: condition.base) else { throw failure }
      return pieces
    case .part(let part):
      guard case .pieces(let pieces, let base) = part, base.isSame(as: condition.base) else {
        throw failure
      }
      return pieces
    case .condition: throw failure
    }
  }

  /// Returns the value of PyTorch's Softplus, Where(βx > t, x, softplus(βx)/β), if the node is
  /// that; else nil.
  ///
  /// PyTorch switches to x above a threshold t, 20 by default, where the exponential might
  /// overflow. In real arithmetic the two branches differ there by log(1 + e⁻ᵗ)/β, so that the
  /// function jumps. It is read as the softplus alone if that gap is at most t · 2⁻²⁵, below half a
  /// unit in the last place of t in Float32.
  ///
  /// - Throws: ``FormatError`` where the node has this form, but with a threshold at which the gap
  ///   is larger.
  private static func softplus(
    _ condition: ONNXCondition, _ node: ONNXNode, _ graph: ONNXGraph
  ) throws -> ONNXGraph.Value? {
    guard let (argument, threshold) = condition.compared,
      case .value(let above) = try graph.operand(node.inputs[1], of: node),
      case .value(let below) = try graph.operand(node.inputs[2], of: node)
    else { return nil }
    var (curve, shrink) = (below, Float(1))
    if case .line(let scale, 0, let inner)? = graph.notes[below.index] {
      // The division by β: softplus(βx) times 1/β.
      (curve, shrink) = (inner, scale)
    }
    guard case .function(.softplus, let x)? = graph.notes[curve.index], x.isSame(as: argument)
    else { return nil }
    // The branch above must be x itself: what is compared is β times it, and β times the factor
    // behind the softplus is 1 up to rounding.
    let isInverse =
      if case .line(let scale, 0, let inner)? = graph.notes[argument.index] {
        inner.isSame(as: above) && abs(Double(scale) * Double(shrink) - 1) < 0x1p-22
      } else {
        above.isSame(as: argument) && shrink == 1
      }
    guard isInverse else { return nil }
    // softplus(t) − t = log(1 + e⁻ᵗ). `log1p` keeps the digits that 1 + e⁻ᵗ would lose.
    let gap = log1p(exp(-Double(threshold)))
    guard threshold > 0, gap <= Double(threshold) * 0x1p-25 else {
      throw node.bad(
        "makes a softplus that jumps by \(String(format: "%.3g", gap)) at its threshold "
          + "\(threshold), for which there are no lines that bound it; a threshold of 20 does not")
    }
    return below
  }
}

/// Piecewise linear functions of values.
extension ONNXGraph {
  /// Returns a value as a piecewise linear function of another, if one is noted, or of itself.
  func pieces(of x: Value) -> (base: Value, pieces: PiecewiseLinear) {
    switch notes[x.index] {
    case .line(let scale, let shift, let base)? where reshaped(base, to: x.axes).image == x.image:
      return (
        reshaped(base, to: x.axes),
        PiecewiseLinear(slope: Double(scale), intercept: Double(shift))
      )
    case .pieces(let pieces, let base)? where reshaped(base, to: x.axes).image == x.image:
      return (reshaped(base, to: x.axes), pieces)
    default: return (x, .identity)
    }
  }

  /// Adds a continuous piecewise linear function of a value.
  ///
  /// With slopes s₀, s₁, … between knots k₁, k₂, … it is a line of slope s₀ plus (sᵢ − sᵢ₋₁)·ReLU(x
  /// − kᵢ) for each knot. Two knots with equal outer slopes are a clip instead, which has tighter
  /// bounds than the difference of two ReLUs.
  ///
  /// - Precondition: The function has no ``PiecewiseLinear/jump``.
  /// - Throws: ``FormatError`` where a knot, slope or intercept is no Float32, since a layer with
  ///   rounded numbers would be another function.
  mutating func apply(
    _ pieces: PiecewiseLinear, to x: Value, for node: ONNXNode
  ) throws -> Value {
    let numbers = pieces.knots + pieces.lines.flatMap { [$0.slope, $0.intercept] }
    guard numbers.allSatisfy({ Double(Float($0)) == $0 }) else {
      throw node.bad("makes a piecewise linear function of numbers that no float32 is")
    }
    let first = pieces.lines[0]
    var result: Value?
    func add(_ term: Value) throws {
      result =
        try result.map { try append(Addition(), to: [$0, term], for: node, image: x.image) }
        ?? term
    }
    let changes = zip(pieces.lines, pieces.lines.dropFirst()).map { $1.slope - $0.slope }
    // The first term that is added takes the intercept, so that no layer is needed for it alone.
    var shift = first.intercept
    if changes.count == 2, changes[0] == -changes[1] {
      let (low, high) = (Float(pieces.knots[0]), Float(pieces.knots[1]))
      let clip = try clipped(x, low, high, for: node)
      shift -= changes[0] * pieces.knots[0]
      try add(try line(clip, Float(changes[0]), Float(shift), for: node))
      shift = 0
    } else {
      for (knot, change) in zip(pieces.knots, changes) {
        let moved = try line(x, 1, -Float(knot), for: node)
        let bend = try appendElementwise(ReLU(), to: moved, for: node)
        try add(try line(bend, Float(change), Float(shift), for: node))
        shift = 0
      }
    }
    if first.slope != 0 || result == nil {
      try add(try line(x, Float(first.slope), Float(shift), for: node))
    }
    notes[result!.index] = .pieces(pieces, of: x)
    return result!
  }
}
