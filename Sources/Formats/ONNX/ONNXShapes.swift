import Networks

/// Operators that move scalars: Flatten, Reshape, Squeeze, Unsqueeze, Transpose, Pad, Slice,
/// Concat.
extension ONNXOperators {
  static let flatten: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let axis = node.integer("axis", default: 1)
    guard axis == 1 || axis == -x.shape.count else { throw node.bad("axis must be 1") }
    graph.alias(
      try graph.reshape(x, to: [x.shape.reduce(1, *)], for: node), for: node)
  }

  /// The batch is 0, −1 or 1 in front.
  static let reshape: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let allowsZero = node.integer("allowzero", default: 0) != 0
    guard let target = try graph.integers(1, of: node) else { throw node.bad("needs a shape") }
    guard let batch = target.first, [-1, 0, 1].contains(batch), !allowsZero else {
      throw node.bad("to \(target) is not supported: the first axis must stay the batch")
    }
    var shape = Array(target.dropFirst())
    let theirs = x.theirShape
    for axis in shape.indices where shape[axis] == 0 {
      guard axis < theirs.count else { throw node.bad("to \(target) has a 0 without an axis") }
      shape[axis] = theirs[axis]
    }
    let size = theirs.reduce(1, *)
    let open = shape.indices.filter { shape[$0] == -1 }
    if let axis = open.first, open.count == 1 {
      let known = ONNXTensorReader.count(of: shape.filter { $0 != -1 }) ?? 0
      guard known > 0, size % known == 0 else {
        throw node.bad("to \(target) does not fit \(theirs)")
      }
      shape[axis] = size / known
    }
    guard ONNXTensorReader.count(of: shape) == size else {
      throw node.bad("to \(target) does not fit \([-1] + theirs)")
    }
    graph.alias(try graph.reshape(x, to: shape, for: node), for: node)
  }

  static let squeeze: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let axes = try axes(&node, graph, rank: x.shape.count + 1)
    let theirs = x.theirShape
    let dropped = axes ?? theirs.indices.filter { theirs[$0] == 1 }.map { $0 + 1 }
    guard dropped.allSatisfy({ $0 > 0 && theirs[$0 - 1] == 1 }) else {
      throw node.bad("of axes \(dropped), which are not 1, or the batch")
    }
    let kept = theirs.indices.filter { !dropped.contains($0 + 1) }.map { theirs[$0] }
    graph.alias(try graph.reshape(x, to: kept, for: node), for: node)
  }

  static let unsqueeze: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let given = try graph.integers(1, of: node) ?? node.integers("axes") ?? []
    let rank = x.shape.count + 1 + given.count
    let axes = Set(given.map { $0 < 0 ? $0 + rank : $0 })
    guard axes.count == given.count, axes.allSatisfy({ 1..<rank ~= $0 }) else {
      throw node.bad("axes \(given) are not supported")
    }
    var rest = x.theirShape[...]
    let shape = (1..<rank).map { axes.contains($0) ? 1 : rest.removeFirst() }
    graph.alias(try graph.reshape(x, to: shape, for: node), for: node)
  }

  static let transpose: Conversion = { node, graph in
    let x = try graph.plain(try graph.value(0, of: node), for: node)
    let rank = x.shape.count + 1
    let order = node.integers("perm") ?? Array((0..<rank).reversed())
    guard order.sorted() == Array(0..<rank), order[0] == 0 else {
      throw node.bad("perm \(order) is not supported: the first axis must stay the batch")
    }
    let axes = order.dropFirst().map { $0 - 1 }
    let theirs = x.theirShape
    let moved = try graph.rearrange(x, to: axes.map { theirs[$0] }, for: node) { index in
      var place = index
      for (axis, position) in zip(axes, index) { place[axis] = position }
      return place
    }
    graph.alias(moved, for: node)
  }

  static let pad: Conversion = { node, graph in
    let x = try graph.plain(try graph.value(0, of: node), for: node)
    let mode = node.text("mode") ?? "constant"
    guard mode == "constant" else { throw node.bad("mode \(mode) is not supported") }
    let attribute = node.integers("pads")
    guard var pads = try graph.integers(1, of: node) ?? attribute else {
      throw node.bad("needs pads")
    }
    let value = try graph.floats(2, of: node)?.scalars.first ?? node.float("value", default: 0)
    let rank = x.shape.count + 1
    if let axes = try graph.integers(3, of: node) {
      var full = [Int](repeating: 0, count: 2 * rank)
      for (i, axis) in axes.enumerated() {
        let place = axis < 0 ? axis + rank : axis
        guard 0..<rank ~= place, pads.count == 2 * axes.count else {
          throw node.bad("axes \(axes) with pads \(pads)")
        }
        (full[place], full[rank + place]) = (pads[i], pads[axes.count + i])
      }
      pads = full
    }
    guard pads.count == 2 * rank, pads[0] == 0, pads[rank] == 0,
      pads.allSatisfy({ -ONNXNode.scalarLimit...ONNXNode.scalarLimit ~= $0 }), value.isFinite
    else { throw node.bad("pads \(pads) with \(value) are not supported") }
    let (before, after) = (Array(pads[1..<rank]), Array(pads[(rank + 1)...]))
    let padded = try graph.padded(x, before: before, after: after, value: value, for: node)
    graph.alias(padded, for: node)
  }

  static let slice: Conversion = { node, graph in
    let x = try graph.plain(try graph.value(0, of: node), for: node)
    let rank = x.shape.count + 1
    let (startsGiven, endsGiven) = (node.integers("starts"), node.integers("ends"))
    guard let starts = try graph.integers(1, of: node) ?? startsGiven,
      let ends = try graph.integers(2, of: node) ?? endsGiven
    else { throw node.bad("needs starts and ends") }
    let axes = try graph.integers(3, of: node) ?? node.integers("axes") ?? Array(starts.indices)
    let steps = try graph.integers(4, of: node) ?? starts.map { _ in 1 }
    guard starts.count == ends.count, axes.count == starts.count, steps.count == starts.count else {
      throw node.bad("starts, ends, axes and steps differ in number")
    }
    var ranges = x.theirShape.map { StridedRange(from: 0, to: $0, by: 1, of: $0) }
    for (i, given) in axes.enumerated() {
      let axis = given < 0 ? given + rank : given
      guard 1..<rank ~= axis, steps[i] != 0 else {
        throw node.bad("axis \(given) with step \(steps[i]) is not supported")
      }
      ranges[axis - 1] = StridedRange(
        from: starts[i], to: ends[i], by: steps[i], of: x.theirShape[axis - 1])
    }
    let sliced = try graph.rearrange(x, to: ranges.map(\.count), for: node) { index in
      zip(index, ranges).map { $1.start + $0 * $1.step }
    }
    graph.alias(sliced, for: node)
  }

  /// Along any axis but the batch: ours joins the last one, to which others are brought.
  static let concatenation: Conversion = { node, graph in
    let inputs = try node.inputs.indices.map {
      try graph.plain(try graph.value($0, of: node), for: node)
    }
    let given = node.integer("axis", default: 1)
    guard let rank = inputs.first.map({ $0.shape.count + 1 }),
      case let axis = given < 0 ? given + rank : given, 1..<rank ~= axis,
      inputs.allSatisfy({ $0.shape.count == rank - 1 })
    else { throw node.bad("axis \(given) is not supported") }
    let isLast = rank == 4 ? axis == 1 : axis == rank - 1
    guard !isLast else { return try graph.add(Concatenation(), to: inputs, for: node) }
    // Ours: [H, W, C] for axes 2, 3 and 1.
    let ours = rank == 4 ? axis - 2 : axis - 1
    var order = Array(0..<rank - 1)
    order.swapAt(ours, rank - 2)
    func swapped(_ x: ONNXGraph.Value) throws -> ONNXGraph.Value {
      try graph.append(Rearrangement.transpose(x.shape, order: order), to: [x], for: node)
    }
    let joined = try graph.append(Concatenation(), to: try inputs.map(swapped), for: node)
    graph.alias(try swapped(joined), for: node)
  }

  /// Elements of an axis by constant indices.
  static let gather: Conversion = { node, graph in
    let x = try graph.plain(try graph.value(0, of: node), for: node)
    let given = node.integer("axis", default: 0)
    let axis = (given < 0 ? given + x.shape.count + 1 : given) - 1
    guard let constant = try graph.constant(1, of: node), let indices = constant.integers,
      x.shape.indices ~= axis, constant.shape.count <= 1
    else { throw node.bad("needs constant indices, one list, of an axis that is not the batch") }
    let extent = x.theirShape[axis]
    let places = indices.map { $0 < 0 ? $0 + extent : $0 }
    guard places.allSatisfy({ 0..<extent ~= $0 }) else {
      throw node.bad("an index lies outside of \(extent)")
    }
    var shape = x.theirShape
    shape[axis] = places.count
    let gathered = try graph.rearrange(x, to: shape, for: node) { index in
      var place = index
      place[axis] = places[index[axis]]
      return place
    }
    shape.remove(at: axis)
    let isScalar = constant.shape.isEmpty
    graph.alias(isScalar ? try graph.reshape(gathered, to: shape, for: node) : gathered, for: node)
  }

  /// Axes as an input (from opset 13) or an attribute, from 0; nil for all.
  static func axes(
    _ node: inout ONNXNode, _ graph: ONNXGraph, rank: Int
  ) throws -> [Int]? {
    let attribute = node.integers("axes")
    guard let given = try graph.integers(1, of: node) ?? attribute else { return nil }
    let axes = given.map { $0 < 0 ? $0 + rank : $0 }
    guard axes.allSatisfy({ 0..<rank ~= $0 }) else { throw node.bad("axes \(given) do not exist") }
    return axes
  }
}

extension ONNXGraph {
  /// Constants around an array, by axes of theirs; negative numbers cut off.
  mutating func padded(
    _ x: Value, before: [Int], after: [Int], value: Float = 0, for node: ONNXNode
  ) throws -> Value {
    let theirs = x.theirShape
    let shape = theirs.indices.map { theirs[$0] + before[$0] + after[$0] }
    return try rearrange(x, to: shape, for: node, fill: value) { index in
      let place = zip(index, before).map { $0 - $1 }
      return zip(place, theirs).allSatisfy { 0..<$1 ~= $0 } ? place : nil
    }
  }
}

/// Positions of an axis that a slice takes, as ONNX and NumPy count them.
struct StridedRange {
  let start, step, count: Int

  init(from start: Int, to end: Int, by step: Int, of extent: Int) {
    func place(_ index: Int, _ range: ClosedRange<Int>) -> Int {
      let wrapped = index < 0 ? max(index, -extent - 1) + extent : index
      return min(max(wrapped, range.lowerBound), range.upperBound)
    }
    let (first, last) =
      step > 0
      ? (place(start, 0...extent), place(end, 0...extent))
      : (place(start, -1...extent - 1), place(end, -1...extent - 1))
    self.start = first
    self.step = step
    let span = step > 0 ? last - first : first - last
    let stride = Int(min(step.magnitude, UInt(Int32.max)))
    count = span > 0 ? (span - 1) / stride + 1 : 0
  }
}
