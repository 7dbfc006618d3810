import Networks
import Tensors

/// Operators that give a value other axes: Flatten, Reshape, Squeeze, Unsqueeze. Its scalars stay
/// where they are.
extension ONNXOperators {
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

  /// The first axis stays the batch: it may be 0, −1 or the batch's size.
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

  /// 0 stands for the extent that is there. Positions count the batch.
  private static func zerosFilled(
    _ target: [Int], of axes: [Int], _ node: ONNXNode, _ graph: ONNXGraph
  ) throws -> [Int] {
    try target.indices.map { axis in
      guard target[axis] == 0 else { return target[axis] }
      guard axis < axes.count else { throw node.bad("to \(target) has a 0 without an axis") }
      return axes[axis]
    }
  }

  /// The target with its −1 computed.
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
