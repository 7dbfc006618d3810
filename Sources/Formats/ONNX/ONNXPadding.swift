import Networks

/// Pad: constants, or the array's own scalars, around an array.
extension ONNXOperators {
  /// Pad: extends axes at both ends, or cuts them if a number is negative.
  ///
  /// ONNX gives all numbers in front, then all numbers behind, with the batch counted. They are the
  /// attribute `pads` up to opset 10 (`paddings` in opset 1) and an input from opset 11 on; opset
  /// 18 adds an input that names the axes. `mode` says what is put there: `constant`, the default,
  /// with a value that is an attribute or the third input and 0 by default; `edge`; `reflect`; and
  /// from opset 19 on `wrap`.
  ///
  /// - Throws: ``FormatError`` for pads of the batch, an infinite value, another mode, and a
  ///   reflection that is wider than what there is.
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

  /// Returns the pads in front of and behind every axis, the batch included.
  ///
  /// - Parameters:
  ///   - pads: The node's numbers, for all axes or for the named ones.
  ///   - axes: The named axes; nil for all.
  /// - Returns: Twice as many numbers as the value has axes: those in front, then those behind.
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
}

/// Padding by rearrangements; windows with unequal pads (``ONNXWindow``) use it too.
extension ONNXGraph {
  /// Adds constants around an array.
  ///
  /// - Parameters:
  ///   - before: How many stand in front along each of the value's axes; a negative number cuts
  ///     off.
  ///   - after: How many stand behind.
  ///   - isImage: See ``rearrange(_:to:for:fill:isImage:source:)``.
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

  /// Adds the array's own scalars around it.
  ///
  /// - Parameters:
  ///   - before: How many stand in front along each of the value's axes; a negative number cuts
  ///     off.
  ///   - after: How many stand behind.
  ///   - mode: "edge" repeats the outermost scalar, "reflect" mirrors at it without repeating it,
  ///     "wrap" goes on at the other end.
  /// - Throws: ``FormatError`` for another mode, and where a reflection is wider than what there
  ///   is.
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

  /// Returns the function from a place, which may be outside, and an extent to the place inside
  /// whose scalar stands there; nil for an unknown mode.
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
