import Networks
import Tensors

/// The operators that are understood, by name, and the walk over one node.
///
/// An operator is read by a ``Conversion``, a closure that asks the node for its attributes and
/// adds layers to the graph. The conversions lie in extensions of this type, one file for each
/// family:
///
/// - `ONNXWindows`, `ONNXTransposedConvolution`: convolutions and pools.
/// - `ONNXMatrices`: products with constant matrices.
/// - `ONNXArithmetic`, `ONNXExtremes`, `ONNXElementwise`: arithmetic, maxima, softmax.
/// - `ONNXReductions`: sums, means and extremes over axes.
/// - `ONNXShapes`, `ONNXMoves`, `ONNXPadding`, `ONNXTiling`, `ONNXConcatenation`, `ONNXResize`:
///   whatever reshapes, moves or repeats scalars.
/// - `ONNXSelection`, `ONNXFunctionPart`: functions that exporters write in several nodes.
/// - The folder `Functions`: functions of a scalar, each with its ONNX form.
///
/// To read one more operator, write its conversion and add it to the table here, or to
/// ``ONNXFunctionForm/operators`` if it is a function of a scalar. It should be made of layers that
/// exist, since each of them has bound rules; an operator that no layer expresses is refused.
enum ONNXOperators {
  /// Reads a node's attributes and constants, adds layers to the graph and names the outputs.
  ///
  /// A conversion throws ``FormatError`` for everything about the node that it does not support. It
  /// need not look for unknown attributes; ``add(_:to:)`` does.
  typealias Conversion = @Sendable (inout ONNXNode, inout ONNXGraph) throws -> Void

  /// The conversions of all operators that may have computed inputs.
  ///
  /// - Precondition: No operator is read by two tables.
  static let all = [ONNXFunctionForms.operators, PReLUForm.operators].reduce(into: others) {
    $0.merge($1) { _, _ in preconditionFailure("two readers of one operator") }
  }

  /// The operators that are no function of a scalar; those that are lie in `Functions`.
  private static let others: [String: Conversion] = [
    "Conv": convolution, "ConvTranspose": transposedConvolution, "Gemm": gemm,
    "MatMul": matrixProduct, "BatchNormalization": batchNormalization,
    "AveragePool": averagePool, "MaxPool": maxPool, "GlobalAveragePool": globalAveragePool,
    "GlobalMaxPool": globalMaxPool,
    "ReduceSum": reduction, "ReduceMean": reduction, "ReduceMax": reduction,
    "ReduceMin": reduction, "ReduceL1": reduction,
    "Relu": elementwise { _ in ReLU() }, "Softmax": softmax, "LogSoftmax": softmax,
    "Sign": sign,
    "Add": arithmetic, "Sub": arithmetic, "Mul": arithmetic, "Div": arithmetic, "Neg": negation,
    "Sum": sum, "Mean": sum, "Max": extreme, "Min": extreme,
    "Greater": comparison, "GreaterOrEqual": comparison, "Less": comparison,
    "LessOrEqual": comparison, "And": junction, "Or": junction, "Where": selection,
    "Concat": concatenation, "Split": split, "Flatten": flatten, "Reshape": reshape,
    "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Transpose": transpose, "Pad": pad,
    "Slice": slice, "Gather": gather, "Expand": expand, "Tile": tile,
    "DepthToSpace": depthToSpace, "SpaceToDepth": spaceToDepth, "Resize": resize,
    "Upsample": resize, "Identity": identity, "Dropout": dropout, "Cast": cast,
    "CastLike": cast, "Constant": constant, "Shape": shape,
  ]

  /// The operators that only move scalars. A ``Rearrangement`` made for one of them has the node's
  /// name; made for another, it only prepares an input, and is named so.
  static let moves: Set<String> = [
    "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Pad", "Slice", "Split", "Gather",
    "Expand", "Tile", "DepthToSpace", "SpaceToDepth", "Concat",
  ]

  /// The names of the operators that are read, in alphabetical order, for the refusal of others.
  /// Operators that can only be folded (``ONNXFolding``) are left out, but for ConstantOfShape.
  static var names: String {
    Set(all.keys).union(["ConstantOfShape"]).sorted().joined(separator: ", ")
  }

  /// Adds a node to the graph.
  ///
  /// A node whose inputs are all constants, or left out, is computed at once if ``ONNXFolding``
  /// can; its outputs are then constants. Exporters leave many such nodes in a file, to compute
  /// shapes and to lay out weights. Any other node is converted.
  ///
  /// - Throws: ``FormatError`` where the operator's domain is not ONNX's own, the operator is not
  ///   known, an input is not defined, the conversion refuses the node, or an attribute has not
  ///   been read.
  static func add(_ node: inout ONNXNode, to graph: inout ONNXGraph) throws {
    let isKnown = all[node.operation] != nil || ONNXFolding.names.contains(node.operation)
    guard node.proto.domain.isEmpty || node.proto.domain == "ai.onnx", isKnown else {
      throw ONNXRefusals.error(for: node)
    }
    guard !node.proto.output.isEmpty else { throw node.bad("has no output") }
    // Two levels of optional: an input that is left out is `.some(nil)`, which folding allows; a
    // computed one is nil, which rules folding out.
    let constants = try node.inputs.map { name -> ONNXConstant?? in
      guard !name.isEmpty else { return .some(nil) }
      if case .constant(let constant) = try graph.operand(name, of: node) { return constant }
      return nil
    }
    let given = constants.compactMap { $0 }
    let isConstant = given.contains { $0 != nil } && given.count == constants.count
    do { try read(&node, isConstant ? given : nil, &graph) } catch {
      // What the conversion stumbled over may be an attribute of another type, read as 0.
      try node.expectTypes()
      throw error
    }
    try node.expectAllRead()
  }

  /// Folds a node if all its inputs are constants and the operator can be, or converts it.
  ///
  /// - Parameter constants: The inputs, of which nil stands for one that is left out; nil where
  ///   some input is computed.
  private static func read(
    _ node: inout ONNXNode, _ constants: [ONNXConstant?]?, _ graph: inout ONNXGraph
  ) throws {
    if let constants, let values = try ONNXFolding.fold(&node, constants, graph) {
      let type = ONNXFolding.elementType(of: node, graph)
      for (name, value) in zip(node.proto.output, values) where !name.isEmpty {
        graph.define(name, as: .constant(value), type: type)
      }
    } else if let convert = all[node.operation] {
      try convert(&node, &graph)
    } else {
      throw ONNXRefusals.error(for: node)
    }
  }

  // MARK: Nothing to compute

  /// Identity: the output is another name of the input, whatever that is, a part of a function
  /// included.
  private static let identity: Conversion = { node, graph in
    guard let operand = try graph.operand(0, of: node) else { throw node.bad("has no input") }
    graph.define(node.proto.output[0], as: operand)
  }

  /// Dropout, which leaves values as they are in inference.
  ///
  /// Up to opset 11 the share of dropped values is the attribute `ratio`; from opset 12 on it is an
  /// input, followed by an input `training_mode`. Opset 6 has the attribute `is_test`, whose default
  /// is training. A node in training mode is refused, since its output is random, unless its ratio
  /// is 0. The mask, a second output, is not defined; a node that reads it is refused.
  private static let dropout: Conversion = { node, graph in
    try node.expectNoDropping(
      ratio: try graph.constant(1, of: node), isTraining: try graph.integers(2, of: node))
    graph.alias(try graph.value(0, of: node), for: node)
  }

  /// Cast and CastLike of computed values.
  ///
  /// A cast to float or double leaves the value as it is, since a network here is a function of
  /// real numbers. A cast to a narrower type would round, which makes the function jump, and is
  /// refused. A comparison may be cast to bool, which it is already. CastLike takes its type from a
  /// second input. The attributes `saturate` (opset 19) and `round_mode` (opset 24) concern 8-bit
  /// floats and are passed over.
  private static let cast: Conversion = { node, graph in
    node.ignore("saturate", "round_mode")
    let type =
      node.operation == "Cast"
      ? ONNXGraph.ElementType(rawValue: node.integer("to", default: 0))
      : graph.elementType(1, of: node)
    if case .condition(let condition)? = try graph.operand(0, of: node), type == .bool {
      return graph.define(node.proto.output[0], as: .condition(condition))
    }
    guard type == .float || type == .double else {
      throw node.bad("of computed values is supported to float and double only: others round")
    }
    graph.alias(try graph.value(0, of: node), for: node)
  }

  /// Constant: an array that lies in an attribute.
  ///
  /// ONNX allows one of `value`, a tensor, and from opset 12 on `value_float`, `value_floats`,
  /// `value_int` and `value_ints`. Strings (`value_string`, `value_strings`) and `sparse_value` are
  /// refused.
  private static let constant: Conversion = { node, graph in
    let stored = node.tensor("value")
    let scalar = node.floatIfGiven("value_float").map { ONNXConstant.floats(shape: [], [$0]) }
    let floats = node.floats("value_floats").map { ONNXConstant.floats(shape: [$0.count], $0) }
    let integer = node.integerIfGiven("value_int").map { ONNXConstant.integers(shape: [], [$0]) }
    let list = node.integers("value_ints").map { ONNXConstant.integers(shape: [$0.count], $0) }
    let tensor = try stored.map { try graph.reader.constant($0) }
    guard let value = tensor ?? scalar ?? floats ?? integer ?? list else {
      throw node.bad("needs a value of numbers")
    }
    let kind: ONNXGraph.ElementType = if case .integers = value { .int64 } else { .float }
    graph.define(
      node.proto.output[0], as: .constant(value), type: stored.map { $0.elementType } ?? kind)
  }

  /// Shape of a computed value: a constant, since all extents but the batch are known.
  ///
  /// An open batch appears in it as ``ONNXGraph/openBatch``. From opset 15 on the attributes
  /// `start` and `end` select a range of the axes, counted from the end if they are negative.
  private static let shape: Conversion = { node, graph in
    let full = graph.fullAxes(of: try graph.value(0, of: node))
    let range = StridedRange(
      from: node.integer("start", default: 0), to: node.integer("end", default: full.count), by: 1,
      of: full.count)
    let part = full[range.start..<range.start + range.count]
    graph.define(
      node.proto.output[0], as: .constant(.integers(shape: [part.count], Array(part))),
      type: .int64)
  }
}
