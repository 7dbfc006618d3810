import Networks
import Tensors

/// Operators that give a value other axes: Flatten, Reshape, Squeeze and Unsqueeze.
///
/// The scalars stay where they are: each conversion changes only ``ONNXGraph/Value/axes`` and adds
/// no layer. Whether the scalars have to be moved after all, because the next layer needs them in
/// another order, is decided by that layer.
///
/// The first axis must stay the batch. A reshape that joins it with others, or splits it, would
/// make one example's output depend on another's, and is refused; where the file fixes the batch to
/// 1, ``ONNXReading`` then reads the graph again without a batch.
extension ONNXOperators {
  /// Flatten: two axes, the axes before `axis` joined and those from it on.
  ///
  /// The default of `axis` is 1; negative numbers are allowed from opset 11 on. With a batch only 1
  /// keeps the first axis the batch, and any other is refused.
  static let flatten: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let given = node.integer("axis", default: 1)
    let rank = graph.rank(of: x)
    let axis = given < 0 ? given + rank : given
    guard 0...rank ~= axis else { throw node.bad("axis \(given) does not exist") }
    if graph.hasBatch {
      guard axis == 1 else { throw node.bad("axis must be 1: the first axis must stay the batch") }
      return graph.alias(graph.reshaped(x, to: [x.count]), for: node)
    }
    let outer = x.axes[..<axis].reduce(1, *)
    graph.alias(graph.reshaped(x, to: [outer, x.count / outer]), for: node)
  }

  /// Reshape to a constant shape.
  ///
  /// From opset 5 on the shape is an input. In it −1 stands for the extent that makes the number of
  /// scalars fit, and 0 for the extent that the input has at this position, unless `allowzero`
  /// (opset 14) is set: then 0 means an empty array, which is refused.
  static let reshape: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let keepsZero = node.integer("allowzero", default: 0) != 0
    let attribute = node.integers("shape")
    guard let target = try graph.integers(1, of: node) ?? attribute else {
      throw node.bad("needs a shape")
    }
    guard !keepsZero || !target.contains(0) else {
      throw node.bad("to \(target) gives an empty array (allowzero)")
    }
    let shape =
      graph.hasBatch
      ? try behindBatch(target, of: x, node, graph)
      : try filled(target, of: x.axes, node, graph)
    graph.alias(graph.reshaped(x, to: shape), for: node)
  }

  /// Returns the axes of an example for a target shape whose first number has to stand for the
  /// batch.
  ///
  /// That number may be 0, the batch's extent or what stands for it, or −1 if the other numbers
  /// account for all scalars of an example. It may be 1 if the batch is open: exporters that trace
  /// a model with one example write its extent into the shape.
  ///
  /// - Parameter target: The shape as the node gives it, the batch included.
  /// - Throws: ``FormatError`` in all other cases, and where the shape does not fit the number of
  ///   scalars.
  private static func behindBatch(
    _ target: [Int], of x: ONNXGraph.Value, _ node: ONNXNode, _ graph: ONNXGraph
  ) throws -> [Int] {
    let rest = Array(target.dropFirst())
    let failure = node.bad(
      "to \(target.map { $0 == ONNXGraph.openBatch ? -1 : $0 }) of \(graph.shown(x.axes)) is not "
        + "supported: the first axis must stay the batch")
    guard let first = target.first else { throw failure }
    switch first {
    case 0, graph.batch: return try filled(rest, of: x.axes, node, graph)
    case -1:
      // The batch only if the other extents take all scalars of an example.
      guard !rest.contains(-1), case let shape = try zerosFilled(rest, of: x.axes, node, graph),
        ONNXTensorReader.count(of: shape) == x.count
      else { throw failure }
      return shape
    case 1 where graph.batch == ONNXGraph.openBatch:
      // Exported for one example, though the input says any number.
      return try filled(rest, of: x.axes, node, graph)
    default: throw failure
    }
  }

  /// Returns the shape with each 0 replaced by the extent that the input has at this position.
  ///
  /// - Parameters:
  ///   - target: A shape, without the batch if the graph has one.
  ///   - axes: The input's axes, counted likewise.
  /// - Throws: ``FormatError`` where a 0 has no axis to stand for.
  private static func zerosFilled(
    _ target: [Int], of axes: [Int], _ node: ONNXNode, _ graph: ONNXGraph
  ) throws -> [Int] {
    try target.indices.map { axis in
      guard target[axis] == 0 else { return target[axis] }
      guard axis < axes.count else { throw node.bad("to \(target) has a 0 without an axis") }
      return axes[axis]
    }
  }

  /// Returns the target with its zeros replaced and its −1 computed.
  ///
  /// - Throws: ``FormatError`` where there are two numbers −1, or the result has not as many
  ///   scalars as the input.
  private static func filled(
    _ target: [Int], of axes: [Int], _ node: ONNXNode, _ graph: ONNXGraph
  ) throws -> [Int] {
    var shape = try zerosFilled(target, of: axes, node, graph)
    let size = axes.reduce(1, *)
    let failure = node.bad("to \(target) does not fit \(graph.shown(axes))")
    let open = shape.indices.filter { shape[$0] == -1 }
    if let axis = open.first, open.count == 1 {
      let known = ONNXTensorReader.count(of: shape.filter { $0 != -1 }) ?? 0
      guard known > 0, size % known == 0 else { throw failure }
      shape[axis] = size / known
    }
    guard ONNXTensorReader.count(of: shape) == size else { throw failure }
    return shape
  }

  /// Squeeze: leaves out axes of extent 1.
  ///
  /// The axes are an attribute up to opset 12 and an optional input from opset 13 on. Without them
  /// all axes of an example that have extent 1 are left out; the batch stays, whatever its extent.
  /// An axis of another extent is refused, as ONNX demands.
  static let squeeze: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let attribute = node.integers("axes")
    let given = try graph.integers(1, of: node) ?? attribute
    let dropped =
      try given?.map { try graph.axis($0, of: x, node) }
      ?? x.axes.indices.filter { x.axes[$0] == 1 }
    guard dropped.allSatisfy({ x.axes[$0] == 1 }) else {
      throw node.bad("of axes \(given ?? []) of \(graph.shown(x.axes)), which are not 1")
    }
    let kept = x.axes.indices.filter { !dropped.contains($0) }.map { x.axes[$0] }
    graph.alias(graph.reshaped(x, to: kept), for: node)
  }

  /// Unsqueeze: puts in axes of extent 1.
  ///
  /// The axes are an attribute up to opset 12 and an input from opset 13 on; they count the axes of
  /// the result. An axis in front of the batch is refused, and so is a result of more than 16 axes.
  static let unsqueeze: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let attribute = node.integers("axes")
    let given = try graph.integers(1, of: node) ?? attribute ?? []
    let rank = graph.rank(of: x) + given.count
    let axes = Set(given.map { $0 < 0 ? $0 + rank : $0 })
    let first = graph.hasBatch ? 1 : 0
    guard axes.count == given.count, axes.allSatisfy({ first..<rank ~= $0 }), rank <= 16 else {
      throw node.bad("axes \(given) are not supported: the first axis must stay the batch")
    }
    var rest = x.axes[...]
    let shape = (first..<rank).map { axes.contains($0) ? 1 : rest.removeFirst() }
    graph.alias(graph.reshaped(x, to: shape), for: node)
  }
}
