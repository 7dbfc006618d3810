import Networks
import Tensors

/// Sums, means and extremes over any axes but the batch: ReduceSum, ReduceMean, ReduceMax,
/// ReduceMin, ReduceL1, GlobalAveragePool and GlobalMaxPool.
extension ONNXOperators {
  /// The operators Reduce…: one number in place of all along some axes.
  ///
  /// The axes are an attribute, which becomes an optional input in opset 13 for ReduceSum and in
  /// opset 18 for the others. Without axes ONNX reduces over all of them. This would join the
  /// examples of a batch, and is read only where the graph has no batch. With
  /// `noop_with_empty_axes` each scalar is reduced by itself instead, of which ReduceL1 takes the
  /// absolute value. `keepdims`, 1 by default, keeps each reduced axis with extent 1.
  ///
  /// Sums and means are linear and become an ``AveragePool`` or a ``Linear``; extremes become a
  /// ``MaxPool``; ReduceL1 is the sum of absolute values. ReduceL2, ReduceSumSquare and ReduceProd
  /// multiply computed values and are refused (``ONNXRefusals``).
  static let reduction: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let attribute = node.integers("axes")
    let given = try graph.integers(1, of: node) ?? attribute ?? []
    let keeps = node.integer("keepdims", default: 1) == 1
    let isNoOperation = node.integer("noop_with_empty_axes", default: 0) == 1
    if given.isEmpty, isNoOperation {
      let isNorm = node.operation == "ReduceL1"
      return graph.alias(isNorm ? try graph.absolute(x, for: node) : x, for: node)
    }
    guard !given.isEmpty || !graph.hasBatch else {
      throw node.bad("over all axes joins the examples of a batch, which is not supported")
    }
    let axes = Set(
      given.isEmpty ? Array(x.axes.indices) : try given.map { try graph.axis($0, of: x, node) })
    let reduced = try graph.reduced(x, over: axes, node)
    let kept = x.axes.indices.map { axes.contains($0) ? 1 : x.axes[$0] }
    let rest = x.axes.indices.filter { !axes.contains($0) }.map { x.axes[$0] }
    graph.alias(graph.reshaped(reduced, to: keeps ? kept : rest), for: node)
  }

  /// GlobalAveragePool: the mean over height and width for each channel of an image, or over the
  /// positions of a sequence. These axes stay with extent 1. It has no attributes.
  static let globalAveragePool: Conversion = { node, graph in
    let x = try graph.image(try graph.value(0, of: node), for: node)
    graph.alias(try graph.pooledWhole(x, isMax: false, node), for: node)
  }

  /// GlobalMaxPool: the maximum over height and width for each channel, with axes as
  /// GlobalAveragePool has them.
  static let globalMaxPool: Conversion = { node, graph in
    let x = try graph.image(try graph.value(0, of: node), for: node)
    graph.alias(try graph.pooledWhole(x, isMax: true, node), for: node)
  }
}

/// Reductions by pools over whole columns.
extension ONNXGraph {
  /// Returns one scalar for each channel of an image: the mean or the maximum over a window as
  /// large as the image.
  fileprivate mutating func pooledWhole(
    _ x: Value, isMax: Bool, _ node: ONNXNode
  ) throws -> Value {
    let window = PoolingWindow(height: x.shape[0], width: x.shape[1], ConvolutionGeometry())
    let core = try core(x, node)
    let layer: any Layer = isMax ? MaxPool(window) : AveragePool(window)
    return try append(
      layer, to: [x], for: node, axes: withCore([core[0]] + core.dropFirst().map { _ in 1 }))
  }

  /// Returns the operator's result over some axes. The scalars are right, their axes are for the
  /// caller to set.
  ///
  /// A sum over all scalars is a ``Linear`` with a row of ones. Over fewer it is the mean times
  /// their number. A minimum is −max(−x).
  ///
  /// - Parameter axes: Indices of ``Value/axes``.
  fileprivate mutating func reduced(
    _ x: Value, over axes: Set<Int>, _ node: ONNXNode
  ) throws -> Value {
    let count = axes.reduce(1) { $0 * x.axes[$1] }
    switch node.operation {
    case "ReduceMean": return try pooled(x, over: axes, isMax: false, node)
    case "ReduceSum", "ReduceL1":
      let summand = node.operation == "ReduceL1" ? try absolute(x, for: node) : x
      if count == x.count {
        let row = Tensor(shape: [1, count], repeating: 1)
        let flat = reshaped(try plain(summand, for: node), to: [count])
        return try linear(flat, row, nil, for: node)
      }
      return try scaled(
        try pooled(summand, over: axes, isMax: false, node), by: Float(count), for: node)
    case "ReduceMax": return try pooled(x, over: axes, isMax: true, node)
    default:
      let negated = try scaled(x, by: -1, for: node)
      return try scaled(try pooled(negated, over: axes, isMax: true, node), by: -1, for: node)
    }
  }

  /// Returns means or maxima over some axes.
  ///
  /// Over height and width of an image, a pool works on the value as it lies. Otherwise the reduced
  /// axes are moved to the front: the scalars make an image of as many rows as are reduced, one
  /// column, and a channel for each result, over whose rows a pool takes the mean or the maximum. A
  /// mean over everything is a ``Linear`` of one row.
  private mutating func pooled(
    _ x: Value, over axes: Set<Int>, isMax: Bool, _ node: ONNXNode
  ) throws -> Value {
    let rank = x.axes.count
    if x.shape.count == 3, x.image == x.shape, axes == [rank - 2, rank - 1] {
      return try pooledWhole(x, isMax: isMax, node)
    }
    let order = axes.sorted() + x.axes.indices.filter { !axes.contains($0) }
    let moved = try rearrange(
      x, to: order.map { x.axes[$0] }, for: node, isImage: false
    ) { index in
      var place = index
      for (axis, position) in zip(order, index) { place[axis] = position }
      return place
    }
    let count = axes.reduce(1) { $0 * x.axes[$1] }
    if !isMax, count == x.count {
      let row = Tensor(shape: [1, count], repeating: 1 / Float(count))
      return try linear(reshaped(moved, to: [count]), row, nil, for: node)
    }
    // The reduced axes lie in front, so that memory already is [reduced, 1, rest].
    let column = try shaped(moved, to: [count, 1, x.count / count], for: node)
    let window = PoolingWindow(height: count, width: 1, ConvolutionGeometry())
    let layer: any Layer = isMax ? MaxPool(window) : AveragePool(window)
    return try append(layer, to: [column], for: node, axes: [x.count / count])
  }
}
