import Networks
import Tensors

/// Concat of values and constants, along any axis but the batch.
extension ONNXOperators {
  static let concatenation: Conversion = { node, graph in
    let given = node.integer("axis", default: 1)
    let values = node.inputs.indices.compactMap { try? graph.value($0, of: node) }
    guard let first = values.first else { throw node.bad("needs computed inputs") }
    let axis = try graph.axis(given, of: first, node)
    let inputs = try node.inputs.indices.map { position -> ONNXGraph.Value in
      if case .constant(let constant)? = try graph.operand(position, of: node) {
        let scalars = try node.floats(constant, named: "input \(position)")
        let shape = constant.shape
        guard shape.count == graph.rank(of: first) else {
          throw node.bad("of a constant \(shape) and \(graph.shown(first.axes))")
        }
        let own = graph.hasBatch ? Array(shape.dropFirst()) : shape
        guard own.reduce(1, *) == scalars.count else {
          throw node.bad("of a constant \(shape) with more than one example")
        }
        return try graph.constantValue(own, scalars, beside: first, for: node)
      }
      return try graph.value(position, of: node)
    }
    guard
      inputs.allSatisfy({ x in
        x.axes.count == first.axes.count
          && x.axes.indices.allSatisfy { $0 == axis || x.axes[$0] == first.axes[$0] }
      })
    else {
      throw node.bad("of \(inputs.map { graph.shown($0.axes) }), which differ in another axis")
    }
    graph.alias(try graph.joined(inputs, along: axis, for: node), for: node)
  }
}

extension ONNXGraph {
  /// A value that is the same for every input: nothing of another one, with numbers in its place.
  mutating func constantValue(
    _ axes: [Int], _ scalars: [Float], beside x: Value, for node: ONNXNode
  ) throws -> Value {
    let nothing = try rearrange(x, to: axes, for: node) { _ in nil }
    return try scaleAndShift(nothing, scalars.map { _ in 1 }, scalars, for: node)
  }

  /// Values side by side along an axis. In memory that is the last of the two axes that what lies
  /// in front of it and the rest make.
  mutating func joined(_ inputs: [Value], along axis: Int, for node: ONNXNode) throws -> Value {
    var axes = inputs[0].axes
    axes[axis] = inputs.reduce(0) { $0 + $1.axes[axis] }
    let isImage = inputs.contains { $0.image != nil && $0.image == $0.shape }
    guard isImage, (try core(inputs[0], node)).count == 3, axis >= axes.count - 3 else {
      let outer = axes[..<axis].reduce(1, *)
      let rows = try inputs.map { try asRows(outer, try plain($0, for: node), node) }
      return try append(Concatenation(), to: rows, for: node, axes: axes)
    }
    let images = try inputs.map { try image($0, for: node) }
    let shape = Value.ours(Array(axes.suffix(3)))
    // Of [H, W, C], what lies in front of C, of H and of W.
    let outer = [shape[0] * shape[1], 1, shape[0]][axis - (axes.count - 3)]
    guard axis != axes.count - 3 else {
      return try append(Concatenation(), to: images, for: node, axes: axes, image: shape)
    }
    let rows = try images.map { try asRows(outer, $0, node) }
    return try append(Concatenation(), to: rows, for: node, axes: axes, image: shape)
  }

  /// The value as so many rows, or as a vector where there is one.
  private mutating func asRows(_ outer: Int, _ x: Value, _ node: ONNXNode) throws -> Value {
    guard outer > 1 else { return try vector(x, for: node) }
    return try shaped(x, to: [outer, x.count / outer], for: node)
  }
}
