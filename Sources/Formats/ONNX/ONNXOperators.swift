import Networks
import Tensors

/// The operators that are understood, by name. Each reads its attributes and adds its layers.
enum ONNXOperators {
  typealias Conversion = @Sendable (inout ONNXNode, inout ONNXGraph) throws -> Void

  static let all: [String: Conversion] = [
    "Conv": convolution, "Gemm": gemm, "MatMul": matrixProduct,
    "BatchNormalization": batchNormalization, "AveragePool": averagePool,
    "GlobalAveragePool": globalAveragePool,
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
    "Add": arithmetic, "Sub": arithmetic, "Mul": arithmetic, "Div": arithmetic,
    "Concat": concatenation, "Flatten": flatten, "Reshape": reshape, "Identity": identity,
    "Dropout": identity,
    "Constant": constant,
  ]

  static var names: String { all.keys.sorted().joined(separator: ", ") }

  // MARK: Weights

  private static let convolution: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard let (shape, scalars) = try graph.constant(1, of: node), shape.count == 4 else {
      throw node.bad("only two-dimensional convolutions with constant weights are supported")
    }
    let window = try Window(&node, kernel: Array(shape[2...]))
    guard node.integer("group", default: 1) == 1 else {
      throw node.bad("groups are not supported")
    }
    guard (node.integers("dilations") ?? []).allSatisfy({ $0 == 1 }) else {
      throw node.bad("dilations are not supported")
    }
    let bias = try graph.constant(2, of: node)?.scalars ?? [Float](repeating: 0, count: shape[0])
    guard bias.count == shape[0] else { throw node.bad("the bias has \(bias.count) elements") }
    try graph.add(
      Convolution(
        weight: Tensor(shape: shape, scalars), bias: Tensor(shape: [shape[0]], bias),
        geometry: window.geometry), to: [x], for: node)
  }

  private static let gemm: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard node.integer("transA", default: 0) == 0 else { throw node.bad("transA is not supported") }
    let (alpha, beta) = (node.float("alpha", default: 1), node.float("beta", default: 1))
    let weight = try matrix(node, graph, transposed: node.integer("transB", default: 0) == 0)
    let bias = try graph.constant(2, of: node)?.scalars ?? [0]
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
    guard let (shape, scalars) = try graph.constant(1, of: node), shape.count == 2 else {
      throw node.bad("its second input must be a constant matrix")
    }
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

  // MARK: Channels

  private static let batchNormalization: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    node.ignore("momentum")
    let epsilon = node.float("epsilon", default: 1e-5)
    guard node.integer("training_mode", default: 0) == 0 else {
      throw node.bad("training_mode is not supported")
    }
    let tensors = try (1...4).map { try graph.constant($0, of: node)?.scalars ?? [] }
    guard tensors.allSatisfy({ $0.count == tensors[0].count }) else {
      throw node.bad("scale, bias, mean and variance differ in size")
    }
    let scale = zip(tensors[0], tensors[3]).map { $0 / ($1 + epsilon).squareRoot() }
    let shift = zip(zip(tensors[1], tensors[2]), scale).map { $0.0 - $0.1 * $1 }
    try channels(scale, shift, x, node, &graph)
  }

  /// Adds x · scale + shift, each one number or one for each channel.
  private static func channels(
    _ scale: [Float], _ shift: [Float], _ x: ONNXGraph.Value, _ node: ONNXNode,
    _ graph: inout ONNXGraph
  ) throws {
    let count = x.shape.last ?? 0
    func full(_ values: [Float]) throws -> Tensor {
      guard values.count == 1 || values.count == count else {
        throw node.bad("a constant of \(values.count) elements against \(count) channels")
      }
      let row = values.count == count ? values : [Float](repeating: values[0], count: count)
      return Tensor(shape: [1, count], row).permutingColumns(of: x.image, toPyTorch: false)
        .reshaped([count])
    }
    try graph.add(
      ChannelAffine(scale: full(scale), shift: full(shift)), to: [x], for: node, image: x.image)
  }

  private static let arithmetic: Conversion = { node, graph in
    guard node.inputs.count == 2 else { throw node.bad("needs two inputs") }
    switch (
      try graph.operand(node.inputs[0], of: node), try graph.operand(node.inputs[1], of: node)
    ) {
    case (.value(let a), .value(let b)):
      guard node.operation == "Add", a.shape == b.shape, a.image == b.image else {
        throw node.bad("of two computed values is supported for Add and equal shapes only")
      }
      try graph.add(Addition(), to: [a, b], for: node, image: a.image)
    case (.value(let x), .constant(let constant)):
      let c = try perChannel(constant, of: x, node)
      switch node.operation {
      case "Add": try channels([1], c, x, node, &graph)
      case "Sub": try channels([1], c.map { -$0 }, x, node, &graph)
      case "Mul": try channels(c, [0], x, node, &graph)
      default: try channels(c.map { 1 / $0 }, [0], x, node, &graph)
      }
    case (.constant(let constant), .value(let x)):
      let c = try perChannel(constant, of: x, node)
      switch node.operation {
      case "Add": try channels([1], c, x, node, &graph)
      case "Sub": try channels([-1], c, x, node, &graph)
      case "Mul": try channels(c, [0], x, node, &graph)
      default: throw node.bad("by a computed value is not supported")
      }
    case (.constant, .constant): throw node.bad("of two constants is not supported")
    }
  }

  /// The scalars of a constant that is one number or has one for each channel.
  private static func perChannel(
    _ constant: ONNXConstant, of x: ONNXGraph.Value, _ node: ONNXNode
  ) throws -> [Float] {
    guard case .floats(let shape, let scalars) = constant else {
      throw node.bad("its constant must be of floats")
    }
    if scalars.count == 1 { return scalars }
    // [C, 1, 1] for images, [n] for vectors, after ones in front.
    let trimmed = Array(shape.drop { $0 == 1 })
    let channels = x.shape.last ?? 0
    let wanted = x.shape.count == 3 ? [channels, 1, 1] : [channels]
    guard trimmed == wanted || (channels == 1 && trimmed.isEmpty) else {
      throw node.bad("a constant \(shape) is supported for single numbers and for channels only")
    }
    return scalars
  }

  // MARK: Windows

  private static let averagePool: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard let kernel = node.integers("kernel_shape") else { throw node.bad("needs kernel_shape") }
    let window = try Window(&node, kernel: kernel)
    guard node.integer("ceil_mode", default: 0) == 0 else {
      throw node.bad("ceil_mode is not supported")
    }
    let countsPadding = node.integer("count_include_pad", default: 0) == 1
    guard countsPadding || window.geometry.padding == 0 else {
      throw node.bad("padding that does not count (count_include_pad 0) is not supported")
    }
    guard kernel.count == 2, kernel[0] == kernel[1], window.geometry.padding < kernel[0] else {
      throw node.bad("only square windows larger than the padding are supported")
    }
    try graph.add(
      AveragePool(
        kernel: kernel[0], stride: window.geometry.stride, padding: window.geometry.padding),
      to: [x], for: node)
  }

  private static let globalAveragePool: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard x.shape.count == 3, x.shape[0] == x.shape[1], x.shape[0] > 0 else {
      throw node.bad("of \(x.shape) is supported for square images only")
    }
    try graph.add(AveragePool(kernel: x.shape[0]), to: [x], for: node)
  }

  /// Stride and padding of a window, which have to be the same in both directions.
  private struct Window {
    let geometry: ConvolutionGeometry

    init(_ node: inout ONNXNode, kernel: [Int]) throws {
      let given = node.integers("kernel_shape") ?? kernel
      let strides = node.integers("strides") ?? [1, 1]
      let automatic = node.text("auto_pad") ?? "NOTSET"
      let pads = node.integers("pads") ?? [0, 0, 0, 0]
      guard automatic == "NOTSET" || automatic == "VALID" else {
        throw node.bad("auto_pad \(automatic) is not supported; export with explicit pads")
      }
      guard given == kernel, kernel.count == 2, kernel.allSatisfy({ $0 > 0 }) else {
        throw node.bad("kernel_shape \(given) is not that of the weight, or not two-dimensional")
      }
      guard strides.count == 2, strides[0] == strides[1], strides[0] > 0 else {
        throw node.bad("strides \(strides) are not supported, only equal ones")
      }
      guard pads.count == 4, Set(pads).count == 1, pads[0] >= 0 else {
        throw node.bad("pads \(pads) are not supported, only equal ones")
      }
      geometry = ConvolutionGeometry(
        stride: strides[0], padding: automatic == "VALID" ? 0 : pads[0])
    }
  }

  // MARK: Elementwise and shapes

  private static func elementwise(
    _ layer: @escaping @Sendable (inout ONNXNode) throws -> any Layer
  ) -> Conversion {
    { node, graph in
      let x = try graph.value(0, of: node)
      try graph.add(try layer(&node), to: [x], for: node, image: x.image)
    }
  }

  /// Along the channels, which are axis 1 there and the last one here.
  private static let concatenation: Conversion = { node, graph in
    let inputs = try node.inputs.indices.map { try graph.value($0, of: node) }
    let rank = (inputs.first?.shape.count ?? 0) + 1
    let axis = node.integer("axis", default: 1)
    guard axis == 1 || axis == 1 - rank, !inputs.isEmpty else {
      throw node.bad("axis \(axis) is not supported, only the channels'")
    }
    guard inputs.allSatisfy({ $0.image == nil || $0.image![2] == 1 }) else {
      throw node.bad("of flattened images is not supported")
    }
    try graph.add(Concatenation(), to: inputs, for: node)
  }

  private static let flatten: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard node.integer("axis", default: 1) == 1 else { throw node.bad("axis must be 1") }
    try flattened(x, node, &graph)
  }

  private static let reshape: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    node.ignore("allowzero")
    guard node.inputs.count == 2,
      case .constant(.integers(_, let target)) = try graph.operand(node.inputs[1], of: node)
    else { throw node.bad("needs a constant shape") }
    let size = x.shape.reduce(1, *)
    guard target.count == 2, target[1] == -1 || target[1] == size else {
      throw node.bad("to \(target) is not supported, only to [batch, \(size)]")
    }
    try flattened(x, node, &graph)
  }

  private static func flattened(
    _ x: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws {
    guard x.shape.count == 3 else { return graph.alias(x, for: node) }
    try graph.add(Flatten(), to: [x], for: node, image: x.shape)
  }

  private static let identity: Conversion = { node, graph in
    node.ignore("ratio", "seed")
    graph.alias(try graph.value(0, of: node), for: node)
  }

  private static let constant: Conversion = { node, graph in
    guard let tensor = node.tensor("value") else { throw node.bad("needs a tensor, \"value\"") }
    graph.define(node.proto.output[0], as: .constant(try graph.reader.constant(tensor)))
  }
}
