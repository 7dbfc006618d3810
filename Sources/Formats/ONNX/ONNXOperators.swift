import Networks
import Tensors

/// The operators that are understood, by name. Each reads its attributes and adds its layers.
enum ONNXOperators {
  typealias Conversion = @Sendable (inout ONNXNode, inout ONNXGraph) throws -> Void

  static let all = [ONNXFunctionForms.operators, PReLUForm.operators].reduce(into: others) {
    $0.merge($1) { _, _ in preconditionFailure("two readers of one operator") }
  }

  /// The operators that are no function of a scalar (`Functions`).
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

  /// Those that only move scalars.
  static let moves: Set<String> = [
    "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Pad", "Slice", "Split", "Gather",
    "Expand", "Tile", "DepthToSpace", "SpaceToDepth", "Concat",
  ]

  static var names: String {
    Set(all.keys).union(["ConstantOfShape"]).sorted().joined(separator: ", ")
  }

  /// Adds a node: folded if all its inputs are constants, else converted.
  static func add(_ node: inout ONNXNode, to graph: inout ONNXGraph) throws {
    let isKnown = all[node.operation] != nil || ONNXFolding.names.contains(node.operation)
    guard node.proto.domain.isEmpty || node.proto.domain == "ai.onnx", isKnown else {
      throw ONNXRefusals.error(for: node)
    }
    guard !node.proto.output.isEmpty else { throw node.bad("has no output") }
    let constants = try node.inputs.map { name -> ONNXConstant?? in
      guard !name.isEmpty else { return .some(nil) }
      if case .constant(let constant) = try graph.operand(name, of: node) { return constant }
      return nil
    }
    let given = constants.compactMap { $0 }
    if given.contains(where: { $0 != nil }), given.count == constants.count,
      let values = try ONNXFolding.fold(&node, given, graph)
    {
      for (name, value) in zip(node.proto.output, values) where !name.isEmpty {
        graph.define(name, as: .constant(value))
      }
    } else if let convert = all[node.operation] {
      try convert(&node, &graph)
    } else {
      throw ONNXRefusals.error(for: node)
    }
    try node.expectAllRead()
  }

  // MARK: Nothing to compute

  private static let identity: Conversion = { node, graph in
    guard let operand = try graph.operand(0, of: node) else { throw node.bad("has no input") }
    graph.define(node.proto.output[0], as: operand)
  }

  /// Dropout leaves values as they are, unless it says that it is training.
  private static let dropout: Conversion = { node, graph in
    let ratio = try graph.constant(1, of: node)?.doubles?.first ?? 0.5
    node.ignore("ratio", "seed")
    let isTraining = try graph.integers(2, of: node)?.contains { $0 != 0 } ?? false
    guard !isTraining || ratio == 0 else {
      throw node.bad(
        "is in training mode, which drops values at random; export the model after model.eval()")
    }
    guard node.integer("is_test", default: 1) == 1 else {
      throw node.bad("is in training mode (is_test 0); export the model after model.eval()")
    }
    graph.alias(try graph.value(0, of: node), for: node)
  }

  private static let cast: Conversion = { node, graph in
    node.ignore("saturate", "round_mode")
    if case .condition(let condition)? = try graph.operand(0, of: node),
      node.integer("to", default: 0) == Onnx_TensorProto.DataType.bool.rawValue
    {
      return graph.define(node.proto.output[0], as: .condition(condition))
    }
    typealias Kind = Onnx_TensorProto.DataType
    var isReal = false
    if node.operation == "Cast" {
      isReal = [Kind.float, .double].map(\.rawValue).contains(node.integer("to", default: 0))
    } else if let like = try graph.operand(1, of: node) {
      if case .constant(.integers) = like {} else { isReal = true }
    }
    guard isReal else {
      throw node.bad("of computed values is supported to float and double only: others round")
    }
    graph.alias(try graph.value(0, of: node), for: node)
  }

  private static let constant: Conversion = { node, graph in
    let scalar = node.floatIfGiven("value_float").map { ONNXConstant.floats(shape: [], [$0]) }
    let floats = node.floats("value_floats").map { ONNXConstant.floats(shape: [$0.count], $0) }
    let integer = node.integerIfGiven("value_int").map { ONNXConstant.integers(shape: [], [$0]) }
    let list = node.integers("value_ints").map { ONNXConstant.integers(shape: [$0.count], $0) }
    let tensor = try node.tensor("value").map { try graph.reader.constant($0) }
    guard let value = tensor ?? scalar ?? floats ?? integer ?? list else {
      throw node.bad("needs a value of numbers")
    }
    graph.define(node.proto.output[0], as: .constant(value))
  }

  private static let shape: Conversion = { node, graph in
    let full = graph.fullAxes(of: try graph.value(0, of: node))
    let range = StridedRange(
      from: node.integer("start", default: 0), to: node.integer("end", default: full.count), by: 1,
      of: full.count)
    let part = full[range.start..<range.start + range.count]
    graph.define(
      node.proto.output[0], as: .constant(.integers(shape: [part.count], Array(part))))
  }
}
