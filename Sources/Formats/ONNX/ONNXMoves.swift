import Networks
import Tensors

/// Operators that move scalars: Transpose, Pad, Slice, Split, Gather, Expand, Tile, DepthToSpace,
/// SpaceToDepth.
extension ONNXOperators {
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

  static let pad: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let mode = node.text("mode") ?? "constant"
    let attribute = node.integers("pads") ?? node.integers("paddings")
    guard let given = try graph.integers(1, of: node) ?? attribute else {
      throw node.bad("needs pads")
    }
    let attributeValue = node.float("value", default: 0)
    let value = try graph.floats(2, of: node)?.scalars.first ?? attributeValue
    let pads = try allPads(given, axes: try graph.integers(3, of: node), of: x, node, graph)
    let first = graph.hasBatch ? 1 : 0
    let rank = graph.rank(of: x)
    guard pads.prefix(first).allSatisfy({ $0 == 0 }), !graph.hasBatch || pads[rank] == 0,
      pads.allSatisfy({ -ONNXNode.scalarLimit...ONNXNode.scalarLimit ~= $0 }), value.isFinite
    else { throw node.bad("pads \(pads) with \(value) are not supported") }
    let (before, after) = (Array(pads[first..<rank]), Array(pads[(rank + first)...]))
    guard mode != "constant" else {
      return graph.alias(
        try graph.padded(x, before: before, after: after, value: value, for: node), for: node)
    }
    graph.alias(try graph.padded(x, before: before, after: after, mode: mode, for: node), for: node)
  }

  /// Pads before and after every axis, the batch included.
  private static func allPads(
    _ pads: [Int], axes: [Int]?, of x: ONNXGraph.Value, _ node: ONNXNode, _ graph: ONNXGraph
  ) throws -> [Int] {
    let rank = graph.rank(of: x)
    guard let axes else {
      guard pads.count == 2 * rank else { throw node.bad("pads \(pads) for \(rank) axes") }
      return pads
    }
    var full = [Int](repeating: 0, count: 2 * rank)
    for (i, axis) in axes.enumerated() {
      let place = axis < 0 ? axis + rank : axis
      guard 0..<rank ~= place, pads.count == 2 * axes.count else {
        throw node.bad("axes \(axes) with pads \(pads)")
      }
      (full[place], full[rank + place]) = (pads[i], pads[axes.count + i])
    }
    return full
  }

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

  /// Elements of an axis by constant indices, whose axes take its place.
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

  static let expand: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard let shape = try graph.integers(1, of: node) else { throw node.bad("needs a shape") }
    var own = shape
    if graph.hasBatch, own.count == graph.rank(of: x) {
      guard [1, graph.batch].contains(own[0]) else { throw node.bad("to \(shape) of the batch") }
      own.removeFirst()
    }
    guard own.count <= x.axes.count || !graph.hasBatch, own.allSatisfy({ $0 > 0 }),
      let axes = Broadcast.shape(x.axes, own),
      ONNXTensorReader.count(of: axes) ?? .max <= ONNXNode.scalarLimit
    else { throw node.bad("of \(graph.shown(x.axes)) to \(shape)") }
    graph.alias(try graph.spread(x, to: axes, for: node), for: node)
  }

  static let tile: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard let repeats = try graph.integers(1, of: node), repeats.count == graph.rank(of: x),
      !graph.hasBatch || repeats[0] == 1, repeats.allSatisfy({ 1...ONNXNode.scalarLimit ~= $0 })
    else { throw node.bad("needs a number for each axis, 1 for the batch") }
    let own = x.axes
    let axes = zip(own, repeats.suffix(own.count)).map(*)
    let tiled = try graph.rearrange(x, to: axes, for: node) { zip($0, own).map { $0 % $1 } }
    graph.alias(tiled, for: node)
  }

  /// [C·b², H, W] → [C, H·b, W·b].
  static let depthToSpace: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let block = node.integer("blocksize", default: 0)
    let isColumnFirst = (node.text("mode") ?? "DCR") == "CRD"
    let core = try graph.core(x, node)
    guard core.count == 3, 1...1024 ~= block, core[0] % (block * block) == 0 else {
      throw node.bad("of \(graph.shown(x.axes)) with blocks of \(block)")
    }
    let channels = core[0] / (block * block)
    let axes = graph.withCore([channels, core[1] * block, core[2] * block])
    let moved = try graph.rearrange(x, to: axes, for: node) { index in
      let (c, y, x) = (index[index.count - 3], index[index.count - 2], index[index.count - 1])
      let inside = y % block * block + x % block
      let channel = isColumnFirst ? c * block * block + inside : inside * channels + c
      return index.dropLast(3) + [channel, y / block, x / block]
    }
    graph.alias(moved, for: node)
  }

  /// [C, H·b, W·b] → [b²·C, H, W].
  static let spaceToDepth: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let block = node.integer("blocksize", default: 0)
    let core = try graph.core(x, node)
    guard core.count == 3, 1...1024 ~= block, core[1] % block == 0, core[2] % block == 0 else {
      throw node.bad("of \(graph.shown(x.axes)) with blocks of \(block)")
    }
    let axes = graph.withCore([core[0] * block * block, core[1] / block, core[2] / block])
    let moved = try graph.rearrange(x, to: axes, for: node) { index in
      let (c, y, x) = (index[index.count - 3], index[index.count - 2], index[index.count - 1])
      let inside = c / core[0]
      return index.dropLast(3)
        + [c % core[0], y * block + inside / block, x * block + inside % block]
    }
    graph.alias(moved, for: node)
  }
}

extension ONNXGraph {
  /// Constants around an array, by its axes; negative numbers cut off.
  mutating func padded(
    _ x: Value, before: [Int], after: [Int], value: Float = 0, isImage: Bool? = nil,
    for node: ONNXNode
  ) throws -> Value {
    let own = x.axes
    let axes = own.indices.map { own[$0] + before[$0] + after[$0] }
    return try rearrange(x, to: axes, for: node, fill: value, isImage: isImage) { index in
      let place = zip(index, before).map { $0 - $1 }
      return zip(place, own).allSatisfy { 0..<$1 ~= $0 } ? place : nil
    }
  }

  /// The array's own scalars around it: "edge" repeats the last, "reflect" mirrors at it, "wrap"
  /// goes round.
  mutating func padded(
    _ x: Value, before: [Int], after: [Int], mode: String, isImage: Bool? = nil,
    for node: ONNXNode
  ) throws -> Value {
    let own = x.axes
    guard let source = Self.padding(mode), !own.contains(0) else {
      throw node.bad("mode \(mode) is not supported")
    }
    let axes = own.indices.map { own[$0] + before[$0] + after[$0] }
    for axis in own.indices where mode == "reflect" {
      guard max(before[axis], after[axis]) < own[axis] else {
        throw node.bad("reflects more than the \(own[axis]) that are there")
      }
    }
    return try rearrange(x, to: axes, for: node, isImage: isImage) { index in
      own.indices.map { source(index[$0] - before[$0], own[$0]) }
    }
  }

  /// The place inside an extent that a place outside repeats.
  private static func padding(_ mode: String) -> ((Int, Int) -> Int)? {
    switch mode {
    case "edge": { min(max($0, 0), $1 - 1) }
    case "wrap": { ($0 % $1 + $1) % $1 }
    case "reflect":
      { place, extent in
        place < 0 ? -place : (place >= extent ? 2 * (extent - 1) - place : place)
      }
    default: nil
    }
  }
}
