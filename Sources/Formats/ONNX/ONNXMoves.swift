import Networks
import Tensors

/// Operators that put scalars in another order or leave some out: Transpose, Slice, Split and
/// Gather.
///
/// Each becomes a ``Rearrangement``, whose table says for every scalar of the result where it comes
/// from. Neither boxes nor linear forms lose anything in it. The batch stays in its place, and no
/// operator may choose among its examples.
extension ONNXOperators {
  /// Transpose: axis i of the result is axis `perm[i]` of the input; by default the axes are
  /// reversed. The batch has to stay first.
  static let transpose: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let rank = graph.rank(of: x)
    let order = node.integers("perm") ?? Array((0..<rank).reversed())
    let first = graph.hasBatch ? 1 : 0
    guard order.sorted() == Array(0..<rank), !graph.hasBatch || order[0] == 0 else {
      throw node.bad("perm \(order) is not supported: the first axis must stay the batch")
    }
    let axes = order.dropFirst(first).map { $0 - first }
    let moved = try graph.rearrange(x, to: axes.map { x.axes[$0] }, for: node) { index in
      var place = index
      for (axis, position) in zip(axes, index) { place[axis] = position }
      return place
    }
    graph.alias(moved, for: node)
  }

  /// Slice: ranges of some axes.
  ///
  /// Starts, ends and axes are attributes up to opset 9 and inputs from opset 10 on, which adds
  /// steps. Negative positions count from the end, positions outside are moved to the ends
  /// (``StridedRange``), and a negative step goes backwards. Along the batch only a slice of
  /// everything is read, which exporters write at times. An empty result is refused.
  static let slice: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let (startsGiven, endsGiven) = (node.integers("starts"), node.integers("ends"))
    let axesGiven = node.integers("axes")
    guard let starts = try graph.integers(1, of: node) ?? startsGiven,
      let ends = try graph.integers(2, of: node) ?? endsGiven
    else { throw node.bad("needs starts and ends") }
    let axes = try graph.integers(3, of: node) ?? axesGiven ?? Array(starts.indices)
    let steps = try graph.integers(4, of: node) ?? starts.map { _ in 1 }
    guard starts.count == ends.count, axes.count == starts.count, steps.count == starts.count,
      !steps.contains(0)
    else { throw node.bad("starts, ends, axes and steps differ in number, or a step is 0") }
    var ranges = x.axes.map { StridedRange(from: 0, to: $0, by: 1, of: $0) }
    for (i, given) in axes.enumerated() {
      if graph.hasBatch, given == 0 || given == -graph.rank(of: x) {
        guard starts[i] == 0, ends[i] >= graph.batch, steps[i] == 1 else {
          throw node.bad("along the batch is not supported")
        }
        continue
      }
      let axis = try graph.axis(given, of: x, node)
      ranges[axis] = StridedRange(from: starts[i], to: ends[i], by: steps[i], of: x.axes[axis])
    }
    let sliced = try graph.rearrange(x, to: ranges.map(\.count), for: node) { index in
      zip(index, ranges).map { $1.start + $0 * $1.step }
    }
    graph.alias(sliced, for: node)
  }

  /// Split: parts of one axis, one for each output; see ``ONNXNode/splitSizes(of:given:)`` for
  /// their extents. The axis is 0 by default, which is the batch in most graphs, and is then
  /// refused.
  static let split: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let axis = try graph.axis(node.integer("axis", default: 0), of: x, node)
    let sizes = try node.splitSizes(of: x.axes[axis], given: try graph.integers(1, of: node))
    var start = 0
    for (output, size) in sizes.enumerated() {
      var axes = x.axes
      axes[axis] = size
      let first = start
      start += size
      // What nobody reads is left out of the network later.
      let part = try graph.rearrange(x, to: axes, for: node) { index in
        var place = index
        place[axis] += first
        return place
      }
      graph.alias(part, for: node, output: output)
    }
  }

  /// Gather: elements of an axis by constant indices, whose axes take the place of that axis.
  ///
  /// The axis is 0 by default. Negative indices, which count from the end, are defined from opset
  /// 11 on and read for all. A single index without axes leaves the axis out. Indices that are
  /// computed would choose by the input and are refused.
  static let gather: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let axis = try graph.axis(node.integer("axis", default: 0), of: x, node)
    guard let constant = try graph.constant(1, of: node), let indices = constant.integers else {
      throw node.bad("needs constant indices")
    }
    let extent = x.axes[axis]
    let places = indices.map { $0 < 0 ? $0 + extent : $0 }
    guard places.allSatisfy({ 0..<extent ~= $0 }) else {
      throw node.bad("an index lies outside of \(extent)")
    }
    var axes = x.axes
    axes[axis] = places.count
    let result = Array(x.axes[..<axis]) + constant.shape + Array(x.axes[(axis + 1)...])
    let gathered = try graph.rearrange(x, to: axes, for: node) { index in
      var place = index
      place[axis] = places[index[axis]]
      return place
    }
    graph.alias(graph.reshaped(gathered, to: result), for: node)
  }
}
