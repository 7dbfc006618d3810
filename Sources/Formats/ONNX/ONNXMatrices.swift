import Networks
import Tensors

/// Products with constant matrices: Gemm and MatMul.
///
/// Both are linear and become a ``Linear`` of a vector, or a ``Convolution`` of one tap where the
/// value has further axes. A product of two computed values, as attention has it, is no linear
/// function and has no bound rule, so that it is refused.
extension ONNXOperators {
  /// Gemm: α·A·B + β·C, for matrices A and B that `transA` and `transB` transpose.
  ///
  /// Usually A is the value, [batch, in], B a weight and C, which may be left out from opset 11 on,
  /// the bias. The factors `alpha` and `beta` are 1 by default; they are multiplied into the weight
  /// and the bias, with one rounding for each number. C may be computed as well, which adds an
  /// ``Addition``. `transA` of a value would make the batch the columns and is refused. The
  /// attribute `broadcast` of opset 6 says that C spreads, which it does in any case.
  ///
  /// - Throws: ``FormatError`` also where neither A nor B is a constant matrix of two axes, or the
  ///   value has not two axes with the batch.
  static let gemm: Conversion = { node, graph in
    if node.opset < 7 { node.ignore("broadcast") }
    let (alpha, beta) = (node.float("alpha", default: 1), node.float("beta", default: 1))
    let transposes = [node.integer("transA", default: 0), node.integer("transB", default: 0)]
    guard case .value(let x)? = try graph.operand(0, of: node) else {
      return try gemmOfConstant(alpha, beta, transposes, &node, &graph)
    }
    guard transposes[0] == 0 else { throw node.bad("transA is not supported") }
    guard graph.rank(of: x) == 2 else {
      throw node.bad("needs a matrix, but its input is \(graph.shown(x.axes))")
    }
    let weight = try matrix(1, node, graph, transposed: transposes[1] == 0, behind: x)
    let result: ONNXGraph.Value
    if case .value(let shift)? = try graph.operand(2, of: node) {
      let product = try graph.linear(x, weight * alpha, nil, for: node)
      result = try graph.sum(
        product, try graph.scaled(shift, by: beta, for: node), for: node)
    } else {
      let bias = try graph.floats(2, of: node)
      let scaled = bias.map { (shape: $0.shape, scalars: $0.scalars.map { $0 * beta }) }
      result = try graph.linear(x, weight * alpha, scaled, for: node)
    }
    graph.alias(result, for: node)
  }

  /// Reads α·A·X + β·C with a constant A: a product along the last axis but one of X, as models
  /// write it that keep their data in columns. `transA` is allowed here, `transB` is refused.
  private static func gemmOfConstant(
    _ alpha: Float, _ beta: Float, _ transposes: [Int], _ node: inout ONNXNode,
    _ graph: inout ONNXGraph
  ) throws {
    let x = try graph.value(1, of: node)
    guard graph.rank(of: x) == 2 else {
      throw node.bad("needs a matrix, but its input is \(graph.shown(x.axes))")
    }
    let weight = try matrix(0, node, graph, transposed: transposes[0] != 0, behind: x)
    guard transposes[1] == 0 else { throw node.bad("transB is not supported") }
    let product = try graph.leftProduct(weight * alpha, x, for: node)
    guard let bias = try graph.floats(2, of: node) else { return graph.alias(product, for: node) }
    let (spread, c) = try graph.spread(product, with: bias.shape, bias.scalars, for: node)
    graph.alias(
      try graph.scaleAndShift(spread, c.map { _ in 1 }, c.map { $0 * beta }, for: node), for: node)
  }

  /// MatMul of a value and a constant matrix, on either side.
  ///
  /// ONNX multiplies the last two axes, for each index of the others. A constant of one axis behind
  /// the value is a column, and the result has no axis for it. A constant with more than two axes
  /// is read if the further ones have extent 1, since then the matrix is the same throughout, and
  /// if the value has as many axes, since the result would have more than the value otherwise.
  static let matrixProduct: Conversion = { node, graph in
    switch (try graph.operand(0, of: node), try graph.operand(1, of: node)) {
    case (.value(let x)?, .constant(let c)?):
      if c.shape.count == 1 {
        let row = try node.floats(c, named: "its constant")
        let column = try graph.linear(x, Tensor(shape: [1, row.count], row), nil, for: node)
        return graph.alias(graph.reshaped(column, to: Array(column.axes.dropLast())), for: node)
      }
      let weight = try matrix(1, node, graph, transposed: true, behind: x)
      graph.alias(try graph.linear(x, weight, nil, for: node), for: node)
    case (.constant?, .value(let x)?):
      let weight = try matrix(0, node, graph, transposed: false, behind: x)
      graph.alias(try graph.leftProduct(weight, x, for: node), for: node)
    case (.value?, .value?):
      throw node.bad(
        "multiplies two computed values, for which there is no bound rule yet (attention does)")
    default: throw node.bad("needs a computed value and a constant matrix")
    }
  }

  /// Returns a constant matrix of a node, transposed if wished; leading axes of extent 1 are left
  /// out.
  ///
  /// - Parameter x: The value that the matrix is multiplied with.
  /// - Throws: ``FormatError`` where the input is not constant, is no matrix, has no elements, or
  ///   has more axes than the value, so that the product would have more of them too.
  private static func matrix(
    _ position: Int, _ node: ONNXNode, _ graph: ONNXGraph, transposed: Bool,
    behind x: ONNXGraph.Value
  ) throws -> Tensor {
    guard let (given, scalars) = try graph.floats(position, of: node),
      case let shape = Array(given.suffix(2)), shape.count == 2,
      given.dropLast(2).allSatisfy({ $0 == 1 }), !scalars.isEmpty
    else { throw node.bad("input \(position) must be a constant matrix") }
    guard given.count <= max(graph.rank(of: x), 2) else {
      throw node.bad(
        "of a constant \(given) and \(graph.shown(x.axes)), which gives further axes in front")
    }
    guard transposed else { return Tensor(shape: shape, scalars) }
    let (rows, columns) = (shape[0], shape[1])
    return Tensor(
      shape: [columns, rows],
      // Place p of the transpose, [columns, rows], has the row p / rows and the column p % rows.
      (0..<scalars.count).map { scalars[$0 % rows * columns + $0 / rows] })
  }
}

/// Linear maps of values.
extension ONNXGraph {
  /// Adds x · Wᵀ + b along the last axis.
  ///
  /// For a vector this is a ``Linear``. If the vector is a flattened image whose scalars lie
  /// channels last, the columns of the weight are permuted to that order, and no scalar moves. For
  /// a value with more axes it is a ``Convolution`` of one tap: the last axis makes the channels of
  /// an image, the others its positions.
  ///
  /// - Parameters:
  ///   - weight: [out, in], in ONNX's order.
  ///   - bias: A single number, or one for each output; nil for none.
  /// - Returns: A value with the axes of `x`, but for the last, which is `out`.
  /// - Throws: ``FormatError`` where the last axis is not `in`, or the bias has another number of
  ///   elements.
  mutating func linear(
    _ x: Value, _ weight: Tensor, _ bias: (shape: [Int], scalars: [Float])?, for node: ONNXNode
  ) throws -> Value {
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    guard x.axes.last == inputs else {
      throw node.bad("needs vectors [\(inputs)], but its input is \(shown(x.axes))")
    }
    var full = [Float](repeating: 0, count: outputs)
    if let (shape, scalars) = bias {
      guard scalars.count == 1 || (scalars.count == outputs && shape.last == outputs) else {
        throw node.bad("the bias has \(scalars.count) elements, not \(outputs)")
      }
      full = scalars.count == 1 ? full.map { _ in scalars[0] } : scalars
    }
    let shift = Tensor(shape: [outputs], full)
    let axes = Array(x.axes.dropLast()) + [outputs]
    guard x.count > inputs else {
      let flat = try vector(x, for: node)
      let columns = weight.permutingColumns(of: flat.image, toPyTorch: false)
      return try append(Linear(weight: columns, bias: shift), to: [flat], for: node, axes: axes)
    }
    let rows = try shaped(
      try plain(x, for: node), to: [x.count / inputs, 1, inputs], for: node)
    let layer = Convolution(
      weight: weight.reshaped([outputs, inputs, 1, 1]), bias: shift,
      geometry: ConvolutionGeometry())
    return try append(layer, to: [rows], for: node, axes: axes)
  }

  /// Adds A · x along the last axis but one, for a constant A of shape [out, in]. If `x` has one
  /// axis and there is no batch, the product is along that.
  ///
  /// - Throws: ``FormatError`` where that axis is not `in`, or is the batch.
  mutating func leftProduct(_ weight: Tensor, _ x: Value, for node: ONNXNode) throws -> Value {
    let rank = x.axes.count
    guard !hasBatch || rank >= 2 else {
      throw node.bad("along the batch of \(shown(x.axes)) is not supported")
    }
    if rank == 1 { return try linear(x, weight, nil, for: node) }
    guard rank >= 2, x.axes[rank - 2] == weight.shape[1] else {
      throw node.bad("of a constant \(weight.shape) and \(shown(x.axes)), which do not fit")
    }
    return try along(rank - 2, of: x, for: node) { graph, moved in
      try graph.linear(moved, weight, nil, for: node)
    }
  }

  /// Does something along an axis that the body needs to be the last: the axis is swapped with the
  /// last one before and after.
  ///
  /// - Parameters:
  ///   - axis: An index of ``Value/axes``.
  ///   - body: Adds layers to a value whose last axis is the given one, and returns their output
  ///     with as many axes.
  mutating func along(
    _ axis: Int, of x: Value, for node: ONNXNode,
    _ body: (inout ONNXGraph, Value) throws -> Value
  ) throws -> Value {
    let last = x.axes.count - 1
    guard axis != last else { return try body(&self, x) }
    func swapped(_ index: [Int]) -> [Int] {
      var copy = index
      copy.swapAt(axis, last)
      return copy
    }
    let moved = try rearrange(x, to: swapped(x.axes), for: node, isImage: false, source: swapped)
    let result = try body(&self, moved)
    return try rearrange(result, to: swapped(result.axes), for: node, source: swapped)
  }
}
