import Networks
import Tensors

/// Arithmetic by elements: Add, Sub, Mul, Div, Sum, Mean, and BatchNormalization, which is
/// arithmetic with constants.
///
/// The operands are spread over each other by NumPy's rule (``Broadcast``). Add, Sub, Mul and Div
/// of opset 6 have the attributes `broadcast` and `axis` instead, see
/// ``ONNXNode/shape(ofSecond:behind:)``.
///
/// Sums and differences of computed values are an ``Addition``; sums and products with constants
/// are a ``ChannelAffine``. Both are linear, so that linear forms pass them without loss. The
/// product or the quotient of two computed values is no linear function and has no bound rule; only
/// where it is a known function of one value, such as x · σ(x), is it read.
extension ONNXOperators {
  /// Add, Sub, Mul and Div of two operands, of which one at least is computed.
  ///
  /// What the operator becomes depends on the kinds of its operands: two values, a value and a
  /// constant, or a part of a function (``ONNXFunctionPart``) with either. A comparison is no
  /// number and is refused.
  static let arithmetic: Conversion = { node, graph in
    guard node.inputs.count == 2 else { throw node.bad("needs two inputs") }
    switch (
      try graph.operand(node.inputs[0], of: node), try graph.operand(node.inputs[1], of: node)
    ) {
    case (.value(let a), .value(let b)):
      try expectAligned(b, behind: graph.rank(of: a), &node, graph)
      try combine(a, b, node, &graph)
    case (.value(let x), .constant(let c)):
      let shape = try node.shape(ofSecond: c.shape, behind: graph.rank(of: x))
      try affine(x, c.shaped(shape), isFirst: true, node, &graph)
    case (.constant(let c), .value(let x)):
      try expectAligned(x, behind: c.shape.count, &node, graph)
      try affine(x, c, isFirst: false, node, &graph)
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

  /// Refuses a node whose second operand, a computed value, meets other axes of the first one than
  /// by NumPy's rule, which only opset 6 allows.
  ///
  /// - Parameter rank: The number of the first operand's axes.
  /// - Throws: ``FormatError``.
  private static func expectAligned(
    _ value: ONNXGraph.Value, behind rank: Int, _ node: inout ONNXNode, _ graph: ONNXGraph
  ) throws {
    let axes = graph.fullAxes(of: value)
    guard try node.shape(ofSecond: axes, behind: rank) == axes else {
      throw node.bad("with an axis is supported for a second operand that is constant only")
    }
  }

  /// Reads the operator of two computed values.
  ///
  /// A sum is an ``Addition``; a difference is the sum with the second value times −1. A product of
  /// a value with a multiple of itself is noted as a polynomial, which may become GELU's
  /// approximation. Any other product or quotient is offered to the forms of all functions
  /// (``ONNXFunctionForms/joined(_:_:_:_:)``) and is refused if none knows it.
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

  /// Reads the operator of a value and a constant, which is an affine function of each scalar.
  ///
  /// - Parameter isFirst: Whether the value is the first operand, which matters to Sub and Div.
  /// - Throws: ``FormatError`` for a constant divided by a value, which is not affine, and for a
  ///   constant of integers or of float64 that no Float32 holds.
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
      // 1 / c is rounded once, so that the layer's factor may differ from the exact reciprocal in
      // the last bit of Float32.
      result = try graph.scaleAndShift(spread, c.map { 1 / $0 }, zeros, for: node)
    default: throw node.bad("by a computed value is not supported: it is no linear function")
    }
    graph.alias(result, for: node)
  }

  /// Sum and Mean of any number of values and constants.
  ///
  /// The values are added one after another, then the constants. The mean is the sum times one over
  /// the number of all inputs.
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

  /// BatchNormalization in inference: (x − mean)/√(variance + ε) · scale + bias for each channel,
  /// the second axis.
  ///
  /// The inputs behind x are scale, bias, mean and variance, constants with a number for each
  /// channel. The attribute `epsilon` is 1e-5 by default. `momentum`, 0.9 by default, is the share
  /// that the old statistics keep in ONNX, and so one minus the share that ``BatchNorm/momentum``
  /// names. The layer becomes a ``BatchNorm`` that can be trained on.
  ///
  /// In training mode the operator takes the statistics of the batch, which makes one example
  /// depend on others, and is refused. Opset 14 says so by `training_mode`, opset 6 by `is_test`,
  /// whose default is training, and others by giving names to the further outputs. `spatial` 0
  /// (until opset 8), by which every scalar has statistics of its own, is refused.
  ///
  /// - Throws: ``FormatError`` also where a variance plus ε is not positive, or the input has more
  ///   axes than an image.
  static let batchNormalization: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let momentum = 1 - node.float("momentum", default: 0.9)
    let epsilon = node.float("epsilon", default: 1e-5)
    node.ignore("consumed_inputs")
    let outputs = node.proto.output.filter { !$0.isEmpty }.count
    guard node.integer("training_mode", default: 0) == 0, outputs == 1,
      !node.isTrainingByTest()
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
      // A vector may be a flattened image whose scalars lie channels last; then the parameters have
      // to be put in that order, as the columns of a matrix are.
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

/// Broadcasting and affine functions of values.
extension ONNXGraph {
  /// Returns the axes that two values spread over by NumPy's rule.
  ///
  /// The rule aligns shapes at their last axes. With an unequal number of axes, the batch of one
  /// value would therefore meet another axis of the other, which fits only where the batch is 1;
  /// such values are refused unless it is.
  ///
  /// - Throws: ``FormatError`` where the axes do not fit each other.
  func commonAxes(_ a: Value, _ b: Value, for node: ONNXNode) throws -> [Int] {
    guard a.axes.count == b.axes.count || !hasBatch || batch == 1,
      let axes = Broadcast.shape(a.axes, b.axes)
    else { throw node.bad("of \(shown(a.axes)) and \(shown(b.axes)), which do not fit") }
    return axes
  }

  /// Returns a + b, spread over each other by NumPy's rule.
  ///
  /// Where both are piecewise linear functions of the same value, the sum is noted as one too, so
  /// that a later Where finds it.
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

  /// Spreads a value and a constant over each other by NumPy's rule.
  ///
  /// A constant may have the batch as its first axis if it is the same for all examples; exporters
  /// expand constants so.
  ///
  /// - Parameters:
  ///   - shape: The constant's shape in the file.
  ///   - scalars: The constant's numbers in ONNX's order.
  /// - Returns: The value, which may have grown, and a number for each of its scalars in ONNX's
  ///   order.
  /// - Throws: ``FormatError`` where the two do not fit, the constant has more axes than the value,
  ///   or the result is empty or larger than ``ONNXNode/scalarLimit``.
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

  /// Adds x · scale + shift, with both factors given for every scalar in ONNX's order.
  ///
  /// Equal numbers for all scalars make a ``line(_:_:_:for:)``, which is noted. Otherwise the
  /// numbers are put into the order of memory. If they repeat for every channel, the layer is a
  /// ``ChannelAffine`` of the value as it lies; if not, the value becomes a vector first, of which
  /// every scalar is a channel.
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
    /// Whether the numbers repeat with a period. Bit patterns are compared, so that 0 and −0 differ
    /// and NaN equals itself.
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
