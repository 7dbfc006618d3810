import Networks
import Tensors

/// Operators with constants or two values, elementwise: Add, Sub, Mul, Div, Neg,
/// BatchNormalization.
extension ONNXOperators {
  static let arithmetic: Conversion = { node, graph in
    guard node.inputs.count == 2 else { throw node.bad("needs two inputs") }
    switch (
      try graph.operand(node.inputs[0], of: node), try graph.operand(node.inputs[1], of: node)
    ) {
    case (.value(let a), .value(let b)): try combine(a, b, node, &graph)
    case (.value(let x), .constant(let c)): try affine(x, c, isFirst: true, node, &graph)
    case (.constant(let c), .value(let x)): try affine(x, c, isFirst: false, node, &graph)
    case (.constant(let a), .constant(let b)):
      let folded = try ONNXFolding.arithmetic(a, b, node)
      graph.define(node.proto.output[0], as: .constant(folded))
    case (.gelu(let step), .constant(let c)), (.constant(let c), .gelu(let step)):
      try step.advance(by: c, node, &graph)
    case (.gelu(let step), .value(let x)), (.value(let x), .gelu(let step)):
      try step.finish(with: x, node, &graph)
    case (.gelu, .gelu): throw ONNXGELU.refusal(node)
    }
  }

  /// Sums and differences of two values.
  private static func combine(
    _ a: ONNXGraph.Value, _ b: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws {
    guard ["Add", "Sub"].contains(node.operation), a.shape == b.shape else {
      throw node.bad("of two computed values is supported for Add and Sub and equal shapes only")
    }
    var (a, b) = (a, b)
    if a.image != b.image {
      a = try graph.plain(a, for: node)
      b = try graph.plain(b, for: node)
    }
    if node.operation == "Sub" {
      let channels = b.shape.last!
      let negation = ChannelAffine(
        scale: Tensor(shape: [channels], repeating: -1), shift: .zeros([channels]))
      b = try graph.append(negation, to: [b], for: node, image: b.image)
    }
    try graph.add(Addition(), to: [a, b], for: node, image: a.image)
  }

  /// A value with a constant, which is behind it if `isFirst`.
  private static func affine(
    _ x: ONNXGraph.Value, _ constant: ONNXConstant, isFirst: Bool, _ node: ONNXNode,
    _ graph: inout ONNXGraph
  ) throws {
    guard case .floats(let shape, let scalars) = constant else {
      throw node.bad("its constant must be of floats")
    }
    let c = try broadcast(shape, scalars, to: x, node)
    let (zeros, ones) = (c.map { _ in Float(0) }, c.map { _ in Float(1) })
    switch (node.operation, isFirst) {
    case ("Add", _): try scaleAndShift(x, ones, c, node, &graph)
    case ("Mul", _): try scaleAndShift(x, c, zeros, node, &graph)
    case ("Sub", true): try scaleAndShift(x, ones, c.map { -$0 }, node, &graph)
    case ("Sub", false): try scaleAndShift(x, c.map { _ in -1 }, c, node, &graph)
    case (_, true): try scaleAndShift(x, c.map { 1 / $0 }, zeros, node, &graph)
    default: throw node.bad("by a computed value is not supported")
    }
  }

  /// A constant for every scalar of x, in our order, by NumPy's rule of equal or missing axes.
  private static func broadcast(
    _ shape: [Int], _ scalars: [Float], to x: ONNXGraph.Value, _ node: ONNXNode
  ) throws -> [Float] {
    let theirs = x.theirShape
    let own = Array(shape.drop { $0 == 1 })
    guard own.count <= theirs.count,
      zip(own.reversed(), theirs.reversed()).allSatisfy({ $0 == 1 || $0 == $1 })
    else { throw node.bad("a constant \(shape) against \([-1] + theirs)") }
    let offset = theirs.count - own.count
    let places = x.places
    var result = [Float](repeating: 0, count: places.count)
    for (place, index) in IndexSequence(theirs).enumerated() {
      let source = own.indices.reduce(0) { $0 * own[$1] + (own[$1] == 1 ? 0 : index[offset + $1]) }
      result[places[place]] = scalars[source]
    }
    return result
  }

  /// Adds x · scale + shift, both given for every scalar in our order.
  private static func scaleAndShift(
    _ x: ONNXGraph.Value, _ scale: [Float], _ shift: [Float], _ node: ONNXNode,
    _ graph: inout ONNXGraph
  ) throws {
    let channels = x.shape.last!
    func perChannel(_ values: [Float]) -> Bool {
      values.indices.allSatisfy { values[$0].bitPattern == values[$0 % channels].bitPattern }
    }
    func layer(_ count: Int) -> ChannelAffine {
      ChannelAffine(
        scale: Tensor(shape: [count], scale.prefix(count)),
        shift: Tensor(shape: [count], shift.prefix(count)))
    }
    if perChannel(scale), perChannel(shift) {
      return try graph.add(layer(channels), to: [x], for: node, image: x.image)
    }
    let flat = try graph.append(
      Rearrangement.reshape(x.shape, to: [scale.count]), to: [x], for: node)
    let scaled = try graph.append(layer(scale.count), to: [flat], for: node)
    try graph.add(Rearrangement.reshape([scale.count], to: x.shape), to: [scaled], for: node)
  }

  static let negation: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let count = x.shape.reduce(1, *)
    try scaleAndShift(
      x, [Float](repeating: -1, count: count), [Float](repeating: 0, count: count), node, &graph)
  }

  static let batchNormalization: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let momentum = 1 - node.float("momentum", default: 0.9)
    let epsilon = node.float("epsilon", default: 1e-5)
    guard node.integer("training_mode", default: 0) == 0, node.integer("spatial", default: 1) == 1
    else { throw node.bad("training_mode is not supported") }
    guard x.shape.count != 2 else {
      throw node.bad("of \([-1] + x.theirShape) is supported for images and vectors only")
    }
    let channels = x.shape.last!
    let tensors = try (1...4).map { position in
      guard let scalars = try graph.floats(position, of: node)?.scalars, scalars.count == channels
      else {
        throw node.bad("input \(position) must hold one number for each of \(channels) channels")
      }
      return Tensor(shape: [1, channels], scalars).permutingColumns(of: x.image, toPyTorch: false)
        .reshaped([channels])
    }
    guard tensors[3].scalars.allSatisfy({ $0 + epsilon > 0 }), epsilon >= 0, 0...1 ~= momentum
    else {
      throw node.bad("a variance that is not positive, or momentum \(momentum)")
    }
    try graph.add(
      BatchNorm(
        weight: tensors[0], bias: tensors[1], runningMean: tensors[2], runningVariance: tensors[3],
        epsilon: epsilon, momentum: momentum), to: [x], for: node, image: x.image)
  }
}
