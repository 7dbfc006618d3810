import Networks
import Tensors

/// Concat of values and constants, along any axis but the batch.
extension ONNXOperators {
  /// Concat: inputs side by side along `axis`, in which alone they may differ.
  ///
  /// The axis is an attribute, required from opset 4 on and negative from opset 11 on if it counts
  /// from the end. Constants are allowed among the inputs and become values that ignore the
  /// network's input; a constant for a batch of one example stands for every example.
  ///
  /// - Throws: ``FormatError`` where no input is computed, the axis is the batch, inputs differ in
  ///   another axis, or a constant has several examples.
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

/// Concatenation along any axis by a layer that knows only the last one.
extension ONNXGraph {
  /// Returns a value that is the same for every input, since a layer's inputs have to be computed
  /// values.
  ///
  /// It takes nothing of another value: a ``Rearrangement`` that has a source for no place gives
  /// zeros, to which the numbers are added.
  ///
  /// - Parameters:
  ///   - axes: The axes of the constant, without the batch.
  ///   - scalars: Its numbers in ONNX's order.
  ///   - x: Any value of the graph.
  mutating func constantValue(
    _ axes: [Int], _ scalars: [Float], beside x: Value, for node: ONNXNode
  ) throws -> Value {
    let nothing = try rearrange(x, to: axes, for: node) { _ in nil }
    return try scaleAndShift(nothing, scalars.map { _ in 1 }, scalars, for: node)
  }

  /// Returns values side by side along an axis.
  ///
  /// ``Concatenation`` joins the last axis in memory. An array is therefore seen as rows: what lies
  /// in front of the axis makes the rows, the axis and what lies behind it make their elements.
  /// Joining the rows end to end then joins the arrays along the axis. For images the same is done
  /// with the memory order [H, W, C], so that joining channels, the usual case, is a plain
  /// ``Concatenation`` of images.
  ///
  /// - Precondition: The inputs have the same number of axes and agree in all but `axis`.
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
    // How many rows an image [H, W, C] makes when it is joined along C, H or W: one for each scalar
    // of the axes in front of that axis in memory.
    let outer = [shape[0] * shape[1], 1, shape[0]][axis - (axes.count - 3)]
    guard axis != axes.count - 3 else {
      return try append(Concatenation(), to: images, for: node, axes: axes, image: shape)
    }
    let rows = try images.map { try asRows(outer, $0, node) }
    return try append(Concatenation(), to: rows, for: node, axes: axes, image: shape)
  }

  /// Returns the value as `outer` rows, or as a vector where that is one row.
  private mutating func asRows(_ outer: Int, _ x: Value, _ node: ONNXNode) throws -> Value {
    guard outer > 1 else { return try vector(x, for: node) }
    return try shaped(x, to: [outer, x.count / outer], for: node)
  }
}
