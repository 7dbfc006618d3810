import Networks
import Tensors

/// The operators that are understood, by name. Each reads its attributes and adds its layers.
enum ONNXOperators {
  typealias Conversion = @Sendable (inout ONNXNode, inout ONNXGraph) throws -> Void

  static let all: [String: Conversion] = [
    "Conv": convolution, "Gemm": gemm, "MatMul": matrixProduct,
    "BatchNormalization": batchNormalization, "AveragePool": averagePool, "MaxPool": maxPool,
    "GlobalAveragePool": globalAveragePool, "GlobalMaxPool": globalMaxPool,
    "ReduceMean": reduceMean,
    "Relu": elementwise { _ in ReLU() },
    "LeakyRelu": elementwise { node in
      let slope = node.float("alpha", default: 0.01)
      guard 0...1 ~= slope else { throw node.bad("alpha \(slope) is not between 0 and 1") }
      return Activation(.leakyReLU(slope: slope))
    },
    "Sigmoid": elementwise { _ in Activation(.sigmoid) },
    "Softplus": elementwise { _ in Activation(.softplus) },
    "Elu": elementwise { node in
      let alpha = node.float("alpha", default: 1)
      guard 0...1 ~= alpha else { throw node.bad("alpha \(alpha) is not between 0 and 1") }
      return Activation(.elu(alpha: alpha))
    },
    "Tanh": elementwise { _ in Activation(.tanh) },
    "Gelu": elementwise { node in
      guard (node.text("approximate") ?? "none") == "none" else {
        throw node.bad("approximate is not supported, only GELU itself")
      }
      return Activation(.gelu)
    },
    "Erf": ONNXGELU.erf, "Clip": clip,
    "Add": arithmetic, "Sub": arithmetic, "Mul": arithmetic, "Div": arithmetic, "Neg": negation,
    "Concat": concatenation, "Flatten": flatten, "Reshape": reshape, "Squeeze": squeeze,
    "Unsqueeze": unsqueeze, "Transpose": transpose, "Pad": pad, "Slice": slice, "Gather": gather,
    "Identity": identity, "Dropout": identity, "Cast": cast,
    "Constant": constant, "Shape": shape,
  ]

  static var names: String { (all.keys + ["ConstantOfShape"]).sorted().joined(separator: ", ") }

  /// Adds a node: folded if all its inputs are constants, else converted.
  static func add(_ node: inout ONNXNode, to graph: inout ONNXGraph) throws {
    let isFolded = node.operation == "ConstantOfShape"
    guard node.proto.domain.isEmpty || node.proto.domain == "ai.onnx",
      isFolded || all[node.operation] != nil
    else {
      throw node.bad("the operator is not supported; supported are \(names)")
    }
    guard !node.proto.output.isEmpty else { throw node.bad("has no output") }
    let constants = try node.inputs.filter { !$0.isEmpty }.map { name -> ONNXConstant? in
      if case .constant(let constant) = try graph.operand(name, of: node) { constant } else { nil }
    }
    if !constants.isEmpty, !constants.contains(where: { $0 == nil }),
      let value = try ONNXFolding.fold(&node, constants.map { $0! }, graph)
    {
      graph.define(node.proto.output[0], as: .constant(value))
    } else if let convert = all[node.operation] {
      try convert(&node, &graph)
    } else {
      throw node.bad("is supported for constants only")
    }
    try node.expectAllRead()
  }

  // MARK: Matrices

  private static let gemm: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard node.integer("transA", default: 0) == 0 else { throw node.bad("transA is not supported") }
    let (alpha, beta) = (node.float("alpha", default: 1), node.float("beta", default: 1))
    let weight = try matrix(node, graph, transposed: node.integer("transB", default: 0) == 0)
    let bias = try graph.floats(2, of: node)?.scalars ?? [0]
    try linear(weight * alpha, bias.map { $0 * beta }, x, node, &graph)
  }

  private static let matrixProduct: Conversion = { node, graph in
    let weight = try matrix(node, graph, transposed: true)
    try linear(weight, [0], try graph.value(0, of: node), node, &graph)
  }

  /// The second input as [out, in].
  private static func matrix(
    _ node: ONNXNode, _ graph: ONNXGraph, transposed: Bool
  ) throws -> Tensor {
    guard let (shape, scalars) = try graph.floats(1, of: node), shape.count == 2,
      !scalars.isEmpty
    else { throw node.bad("its second input must be a constant matrix") }
    guard transposed else { return Tensor(shape: shape, scalars) }
    let (rows, columns) = (shape[0], shape[1])
    return Tensor(
      shape: [columns, rows],
      (0..<scalars.count).map { scalars[$0 % rows * columns + $0 / rows] })
  }

  private static func linear(
    _ weight: Tensor, _ bias: [Float], _ x: ONNXGraph.Value, _ node: ONNXNode,
    _ graph: inout ONNXGraph
  ) throws {
    let outputs = weight.shape[0]
    guard bias.count == outputs || bias.count == 1 else {
      throw node.bad("the bias has \(bias.count) elements, not \(outputs)")
    }
    guard x.shape == [weight.shape[1]] else {
      throw node.bad("needs vectors [\(weight.shape[1])], but its input is \(x.shape)")
    }
    let full = bias.count == outputs ? bias : [Float](repeating: bias[0], count: outputs)
    try graph.add(
      Linear(
        weight: weight.permutingColumns(of: x.image, toPyTorch: false),
        bias: Tensor(shape: [outputs], full)), to: [x], for: node)
  }

  // MARK: Elementwise

  private static func elementwise(
    _ layer: @escaping @Sendable (inout ONNXNode) throws -> any Layer
  ) -> Conversion {
    { node, graph in
      let x = try graph.value(0, of: node)
      try graph.add(try layer(&node), to: [x], for: node, image: x.image)
    }
  }

  /// Bounds are attributes before opset 11 and inputs from then on; one may be missing.
  private static let clip: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let (low, high) = (
      node.float("min", default: -.greatestFiniteMagnitude),
      node.float("max", default: .greatestFiniteMagnitude)
    )
    let largest = Float.greatestFiniteMagnitude
    let lower = max(try graph.floats(1, of: node)?.scalars.first ?? low, -largest)
    let upper = min(try graph.floats(2, of: node)?.scalars.first ?? high, largest)
    guard lower < upper else { throw node.bad("from \(lower) to \(upper) keeps nothing") }
    let layer: any Layer =
      lower == 0 && upper == largest ? ReLU() : Activation(.clip(lower: lower, upper: upper))
    try graph.add(layer, to: [x], for: node, image: x.image)
  }

  // MARK: Nothing to compute

  private static let identity: Conversion = { node, graph in
    node.ignore("ratio", "seed")
    graph.alias(try graph.value(0, of: node), for: node)
  }

  private static let cast: Conversion = { node, graph in
    guard node.integer("to", default: 0) == Onnx_TensorProto.DataType.float.rawValue else {
      throw node.bad("of computed values is supported to float only")
    }
    graph.alias(try graph.value(0, of: node), for: node)
  }

  private static let constant: Conversion = { node, graph in
    let scalar = node.floatIfGiven("value_float").map { ONNXConstant.floats(shape: [], [$0]) }
    let list = node.integers("value_ints").map { ONNXConstant.integers(shape: [$0.count], $0) }
    let tensor = try node.tensor("value").map { try graph.reader.constant($0) }
    guard let value = tensor ?? scalar ?? list else { throw node.bad("needs a value") }
    graph.define(node.proto.output[0], as: .constant(value))
  }

  /// −1 for the batch.
  private static let shape: Conversion = { node, graph in
    let full = [-1] + (try graph.value(0, of: node)).theirShape
    let range = StridedRange(
      from: node.integer("start", default: 0), to: node.integer("end", default: full.count), by: 1,
      of: full.count)
    let part = full[range.start..<range.start + range.count]
    graph.define(
      node.proto.output[0], as: .constant(.integers(shape: [part.count], Array(part))))
  }
}
