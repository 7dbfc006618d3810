import Networks
import Tensors

/// Operators with constants or two values, elementwise: Add, Sub, Mul, Div, Sum, Mean, Max, Min,
/// BatchNormalization.
extension ONNXOperators {
  static let arithmetic: Conversion = { node, graph in
    guard node.inputs.count == 2 else { throw node.bad("needs two inputs") }
    node.ignore("axis", "broadcast")
    switch (
      try graph.operand(node.inputs[0], of: node), try graph.operand(node.inputs[1], of: node)
    ) {
    case (.value(let a), .value(let b)): try combine(a, b, node, &graph)
    case (.value(let x), .constant(let c)): try affine(x, c, isFirst: true, node, &graph)
    case (.constant(let c), .value(let x)): try affine(x, c, isFirst: false, node, &graph)
    case (.part(let part), .constant(let c)):
      graph.define(
        node.proto.output[0], as: .part(try part.advanced(by: c, isFirst: true, node)))
    case (.constant(let c), .part(let part)):
      graph.define(
        node.proto.output[0], as: .part(try part.advanced(by: c, isFirst: false, node)))
    case (.part(let part), .value(let x)): try part.meet(x, isFirst: true, node, &graph)
    case (.value(let x), .part(let part)): try part.meet(x, isFirst: false, node, &graph)
    case (.part(let part), _), (_, .part(let part)): throw part.refusal(node)
    case (.condition, _), (_, .condition):
      throw node.bad("of a comparison is not supported, only Where is")
    case (.constant, .constant): throw node.bad("of these constants is not supported")
    }
  }

  /// Sums and differences of two values, and the products that are known functions.
  private static func combine(
    _ a: ONNXGraph.Value, _ b: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws {
    switch node.operation {
    case "Add": graph.alias(try graph.sum(a, b, for: node), for: node)
    case "Sub":
      let negated = try graph.scaled(b, by: -1, for: node)
      graph.alias(try graph.sum(a, negated, for: node), for: node)
    case "Mul" where graph.lineOf(a, b)?.shift == 0:
      let scale = graph.lineOf(a, b)!.scale
      graph.define(node.proto.output[0], as: .part(.polynomial([0, 0, scale], of: b)))
    default:
      guard let known = try ONNXFunctionForms.joined(a, b, node, &graph) else {
        let verb = node.operation == "Mul" ? "multiplies" : "divides"
        throw node.bad(
          "\(verb) two computed values, for which there is no bound rule yet; only x · σ(x) "
            + "(SiLU) and such known functions are read")
      }
      graph.alias(known, for: node)
    }
  }

  /// A value with a constant, which is behind it if `isFirst`.
  private static func affine(
    _ x: ONNXGraph.Value, _ constant: ONNXConstant, isFirst: Bool, _ node: ONNXNode,
    _ graph: inout ONNXGraph
  ) throws {
    let scalars = try node.floats(constant, named: "its constant")
    let (spread, c) = try graph.spread(x, with: constant.shape, scalars, for: node)
    let (zeros, ones) = (c.map { _ in Float(0) }, c.map { _ in Float(1) })
    let result: ONNXGraph.Value
    switch (node.operation, isFirst) {
    case ("Add", _), ("Sum", _): result = try graph.scaleAndShift(spread, ones, c, for: node)
    case ("Mul", _): result = try graph.scaleAndShift(spread, c, zeros, for: node)
    case ("Sub", true): result = try graph.scaleAndShift(spread, ones, c.map { -$0 }, for: node)
    case ("Sub", false): result = try graph.scaleAndShift(spread, c.map { _ in -1 }, c, for: node)
    case ("Div", true):
      result = try graph.scaleAndShift(spread, c.map { 1 / $0 }, zeros, for: node)
    default: throw node.bad("by a computed value is not supported: it is no linear function")
    }
    graph.alias(result, for: node)
  }

  /// Sum and Mean of any number of values and constants.
  static let sum: Conversion = { node, graph in
    var (values, constants) = ([ONNXGraph.Value](), [ONNXConstant]())
    for name in node.inputs {
      switch try graph.operand(name, of: node) {
      case .value(let value): values.append(value)
      case .constant(let constant): constants.append(constant)
      case .part(let part): throw part.refusal(node)
      case .condition: throw node.bad("of a comparison is not supported")
      }
    }
    guard var total = values.first else { throw node.bad("needs inputs") }
    for value in values.dropFirst() { total = try graph.sum(total, value, for: node) }
    for constant in constants {
      let scalars = try node.floats(constant, named: "a constant")
      let (spread, c) = try graph.spread(total, with: constant.shape, scalars, for: node)
      total = try graph.scaleAndShift(spread, c.map { _ in 1 }, c, for: node)
    }
    if node.operation == "Mean" {
      total = try graph.scaled(total, by: 1 / Float(node.inputs.count), for: node)
    }
    graph.alias(total, for: node)
  }

  static let batchNormalization: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let momentum = 1 - node.float("momentum", default: 0.9)
    let epsilon = node.float("epsilon", default: 1e-5)
    node.ignore("consumed_inputs")
    let outputs = node.proto.output.filter { !$0.isEmpty }.count
    guard node.integer("training_mode", default: 0) == 0, outputs == 1,
      node.integer("is_test", default: 1) == 1
    else {
      throw node.bad(
        "is in training mode, which uses the statistics of the batch; export the model after "
          + "model.eval()")
    }
    guard node.integer("spatial", default: 1) == 1 else { throw node.bad("spatial is not 1") }
    let core = try graph.core(x, node)
    guard let channels = core.first else { throw node.bad("needs channels") }
    let tensors = try (1...4).map { position in
      guard let scalars = try graph.floats(position, of: node)?.scalars, scalars.count == channels
      else {
        throw node.bad("input \(position) must hold one number for each of \(channels) channels")
      }
      return scalars
    }
    guard tensors[3].allSatisfy({ $0 + epsilon > 0 }), epsilon >= 0, 0...1 ~= momentum
    else {
      throw node.bad("a variance that is not positive, or momentum \(momentum)")
    }
    guard core.count < 4 else {
      throw node.bad("of \(graph.shown(x.axes)) is supported for images and vectors only")
    }
    let input = core.count == 1 ? try graph.vector(x, for: node) : try graph.image(x, for: node)
    let ordered = tensors.map { scalars in
      Tensor(shape: [1, channels], scalars)
        .permutingColumns(of: core.count == 1 ? input.image : nil, toPyTorch: false)
        .reshaped([channels])
    }
    graph.alias(
      try graph.appendElementwise(
        BatchNorm(
          weight: ordered[0], bias: ordered[1], runningMean: ordered[2],
          runningVariance: ordered[3], epsilon: epsilon, momentum: momentum), to: input, for: node),
      for: node)
  }
}

extension ONNXGraph {
  /// The axes of two values that are spread over each other by NumPy's rule, which begins at the
  /// last axis: with fewer axes the batch of one value would meet another axis of the other, which
  /// fits only where it is 1.
  func commonAxes(_ a: Value, _ b: Value, for node: ONNXNode) throws -> [Int] {
    guard a.axes.count == b.axes.count || !hasBatch || batch == 1,
      let axes = Broadcast.shape(a.axes, b.axes)
    else { throw node.bad("of \(shown(a.axes)) and \(shown(b.axes)), which do not fit") }
    return axes
  }

  /// a + b, spread over each other by NumPy's rule.
  mutating func sum(_ a: Value, _ b: Value, for node: ONNXNode) throws -> Value {
    let axes = try commonAxes(a, b, for: node)
    let (x, y) = try aligned(
      try spread(a, to: axes, for: node), try spread(b, to: axes, for: node), for: node)
    let result = try append(Addition(), to: [x, y], for: node, image: x.image)
    let (left, right) = (pieces(of: x), pieces(of: y))
    if left.base.isSame(as: right.base),
      left.pieces.knots.count + right.pieces.knots.count <= PiecewiseLinear.knotLimit
    {
      notes[result.index] = .pieces(left.pieces + right.pieces, of: left.base)
    }
    return result
  }

  /// A value and a constant spread over each other by NumPy's rule: the value, and a number for
  /// each of its scalars in ONNX's order.
  mutating func spread(
    _ x: Value, with shape: [Int], _ scalars: [Float], for node: ONNXNode
  ) throws -> (value: Value, constant: [Float]) {
    var (own, numbers) = (Array(shape.drop { $0 == 1 && shape.count > x.axes.count }), scalars)
    if own.count > x.axes.count, hasBatch, own.count == x.axes.count + 1, own[0] == batch {
      // A constant for each example of a batch: the same for all.
      let size = numbers.count / own[0]
      guard (0..<numbers.count).allSatisfy({ numbers[$0] == numbers[$0 % size] }) else {
        throw node.bad("a constant that differs between the examples of a batch")
      }
      numbers = Array(numbers.prefix(size))
      own.removeFirst()
    }
    guard own.count <= x.axes.count, let axes = Broadcast.shape(x.axes, own),
      !axes.contains(0), ONNXTensorReader.count(of: axes) ?? .max <= ONNXNode.scalarLimit
    else { throw node.bad("a constant \(shape) against \(shown(x.axes))") }
    let places = Broadcast.places(of: own, in: axes)
    return (try spread(x, to: axes, for: node), places.map { numbers[$0] })
  }

  /// x · scale + shift, both given for every scalar in ONNX's order.
  mutating func scaleAndShift(
    _ x: Value, _ scale: [Float], _ shift: [Float], for node: ONNXNode
  ) throws -> Value {
    if let a = scale.first, let b = shift.first, scale.allSatisfy({ $0 == a }),
      shift.allSatisfy({ $0 == b })
    {
      return try line(x, a, b, for: node)
    }
    let places = x.places
    var (scales, shifts) = (scale, shift)
    for (theirs, ours) in places.enumerated() {
      (scales[ours], shifts[ours]) = (scale[theirs], shift[theirs])
    }
    func isPeriodic(_ values: [Float], _ period: Int) -> Bool {
      values.indices.allSatisfy { values[$0].bitPattern == values[$0 % period].bitPattern }
    }
    let channels = x.shape.last!
    let isPerChannel = isPeriodic(scales, channels) && isPeriodic(shifts, channels)
    let count = isPerChannel ? channels : scales.count
    let input = isPerChannel ? x : try shaped(x, to: [count], for: node)
    return try appendElementwise(
      ChannelAffine(
        scale: Tensor(shape: [count], scales.prefix(count)),
        shift: Tensor(shape: [count], shifts.prefix(count))), to: input, for: node)
  }
}
