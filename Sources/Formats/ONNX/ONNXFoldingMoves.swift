import Networks
import Tensors

/// Operators on constants that move scalars: Reshape, Squeeze, Unsqueeze, Flatten, Transpose,
/// Gather, Concat, Slice, Split, Expand, Tile and Pad.
///
/// The conversions of the same operators for computed values say how opsets differ. A constant has
/// no batch, so that all axes are free here.
extension ONNXFolding {
  /// Reshape, Squeeze, Unsqueeze and Flatten: the same scalars under another shape.
  ///
  /// - Throws: ``FormatError`` where the shape has not as many scalars, as happens when Squeeze is
  ///   to leave out an axis whose extent is not 1.
  static let reshaped: Fold = { node, inputs in
    let constant = try input(0, inputs, node)
    let shape = constant.shape
    let attribute = node.integers("axes")
    let given = try integers(1, inputs, node) ?? attribute
    var target: [Int]
    switch node.operation {
    case "Reshape":
      let keepsZero = node.integer("allowzero", default: 0) != 0
      target = given ?? []
      for axis in target.indices where target[axis] == 0 && axis < shape.count && !keepsZero {
        target[axis] = shape[axis]
      }
    case "Squeeze":
      let axes = given?.map { $0 < 0 ? $0 + shape.count : $0 }
      target = shape.indices.filter { !(axes?.contains($0) ?? (shape[$0] == 1)) }.map { shape[$0] }
    case "Unsqueeze": target = try unsqueezed(shape, given ?? [], node)
    default:
      let axis = node.integer("axis", default: 1)
      guard 0...shape.count ~= axis else { throw node.bad("axis \(axis)") }
      target = [shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *)]
    }
    if let open = target.firstIndex(of: -1) {
      let known = ONNXTensorReader.count(of: target.filter { $0 != -1 }) ?? 0
      guard known > 0 else { throw node.bad("to \(target)") }
      target[open] = constant.count / known
    }
    guard ONNXTensorReader.count(of: target) == constant.count else {
      throw node.bad("of \(shape) to \(target)")
    }
    return [constant.shaped(target)]
  }

  /// Returns a shape with extents of 1 put in, at axes that are counted in the result.
  private static func unsqueezed(
    _ shape: [Int], _ given: [Int], _ node: ONNXNode
  ) throws -> [Int] {
    let rank = shape.count + given.count
    let axes = Set(given.map { $0 < 0 ? $0 + rank : $0 })
    guard axes.count == given.count, axes.allSatisfy({ 0..<rank ~= $0 }) else {
      throw node.bad("axes \(given)")
    }
    var rest = shape[...]
    return (0..<rank).map { axes.contains($0) ? 1 : rest.removeFirst() }
  }

  /// Transpose: axes in the order `perm`, or reversed.
  static let transposed: Fold = { node, inputs in
    let constant = try input(0, inputs, node)
    let shape = constant.shape
    let order = node.integers("perm") ?? Array(shape.indices.reversed())
    guard order.sorted() == Array(shape.indices) else { throw node.bad("perm \(order)") }
    return [
      taken(constant, to: order.map { shape[$0] }) { index in
        var place = index
        for (axis, position) in zip(order, index) { place[axis] = position }
        return place
      }
    ]
  }

  /// Returns an array whose scalars come from given indices of a constant.
  ///
  /// - Parameters:
  ///   - target: The shape of the result.
  ///   - source: For an index of the result that of the constant.
  private static func taken(
    _ constant: ONNXConstant, to target: [Int], _ source: ([Int]) -> [Int]
  ) -> ONNXConstant {
    let shape = constant.shape
    let places = IndexSequence(target).map { index in
      zip(source(index), shape).reduce(0) { $0 * $1.1 + $1.0 }
    }
    return constant.taking(places, shape: target)
  }

  /// Gather: elements of an axis by indices, whose axes take the place of that axis.
  static let gathered: Fold = { node, inputs in
    let constant = try input(0, inputs, node)
    let indices = try input(1, inputs, node)
    guard let numbers = indices.integers else { throw node.bad("needs integers as indices") }
    let shape = constant.shape
    let axis = try axis(node.integer("axis", default: 0), rank: shape.count, node)
    let places = try numbers.map { index in
      let place = index < 0 ? index + shape[axis] : index
      guard 0..<shape[axis] ~= place else { throw node.bad("of element \(index)") }
      return place
    }
    let flat = Array(shape[..<axis]) + [places.count] + Array(shape[(axis + 1)...])
    _ = try count(flat, node)
    let result = taken(constant, to: flat) { index in
      var place = index
      place[axis] = places[index[axis]]
      return place
    }
    return [result.shaped(Array(shape[..<axis]) + indices.shape + Array(shape[(axis + 1)...]))]
  }

  /// Concat: arrays side by side along an axis, in which alone they may differ.
  static let joined: Fold = { node, inputs in
    let given = inputs.compactMap { $0 }
    guard let parts = ONNXConstant.unified(given), let first = parts.first?.shape else {
      throw node.bad("of integers and floats")
    }
    let axis = try axis(node.integer("axis", default: 0), rank: first.count, node)
    func others(_ shape: [Int]) -> [Int] { shape.indices.filter { $0 != axis }.map { shape[$0] } }
    guard
      parts.allSatisfy({ $0.shape.count == first.count && others($0.shape) == others(first) })
    else { throw node.bad("of constants \(parts.map(\.shape))") }
    var shape = first
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    let outer = first[..<axis].reduce(1, *)
    let inner = first[(axis + 1)...].reduce(1, *)
    // All scalars behind one another, and where each of the result lies among them.
    var (starts, total) = ([Int](), 0)
    for part in parts {
      starts.append(total)
      total += part.count
    }
    let places = (0..<outer).flatMap { row in
      zip(parts, starts).flatMap { part, start -> Range<Int> in
        let width = part.shape[axis] * inner
        return start + row * width..<start + (row + 1) * width
      }
    }
    return [chained(parts).taking(places, shape: shape)]
  }

  /// Returns the scalars of arrays of one kind behind one another.
  private static func chained(_ parts: [ONNXConstant]) -> ONNXConstant {
    switch parts[0] {
    case .floats: .floats(shape: [], parts.flatMap { $0.floats! })
    case .doubles: .doubles(shape: [], parts.flatMap { $0.doubles! })
    case .integers: .integers(shape: [], parts.flatMap { $0.integers! })
    }
  }

  /// Slice: ranges of some axes, given as inputs or, up to opset 9, as attributes. Other than for
  /// computed values the result may be empty.
  static let sliced: Fold = { node, inputs in
    let constant = try input(0, inputs, node)
    let (startsGiven, endsGiven) = (node.integers("starts"), node.integers("ends"))
    let axesGiven = node.integers("axes")
    guard let starts = try integers(1, inputs, node) ?? startsGiven,
      let ends = try integers(2, inputs, node) ?? endsGiven, starts.count == ends.count
    else { throw node.bad("of a constant needs starts and ends") }
    let axes = try integers(3, inputs, node) ?? axesGiven ?? Array(starts.indices)
    let steps = try integers(4, inputs, node) ?? starts.map { _ in 1 }
    guard axes.count == starts.count, steps.count == starts.count, !steps.contains(0) else {
      throw node.bad("axes \(axes) and steps \(steps) of a constant \(constant.shape)")
    }
    let shape = constant.shape
    var ranges = shape.map { StridedRange(from: 0, to: $0, by: 1, of: $0) }
    for (i, given) in axes.enumerated() {
      let axis = try axis(given, rank: shape.count, node)
      ranges[axis] = StridedRange(from: starts[i], to: ends[i], by: steps[i], of: shape[axis])
    }
    return [
      taken(constant, to: ranges.map(\.count)) { index in
        zip(index, ranges).map { $1.start + $0 * $1.step }
      }
    ]
  }

  /// Split: parts of an axis, one for each output.
  static let split: Fold = { node, inputs in
    let constant = try input(0, inputs, node)
    let shape = constant.shape
    let axis = try axis(node.integer("axis", default: 0), rank: shape.count, node)
    let parts = try node.splitSizes(of: shape[axis], given: try integers(1, inputs, node))
    var start = 0
    return parts.map { extent in
      var target = shape
      target[axis] = extent
      let first = start
      start += extent
      return taken(constant, to: target) { index in
        var place = index
        place[axis] += first
        return place
      }
    }
  }

  /// Expand: the array spread over a shape by NumPy's rule.
  static let expanded: Fold = { node, inputs in
    let constant = try input(0, inputs, node)
    guard let wanted = try integers(1, inputs, node),
      let shape = Broadcast.shape(constant.shape, wanted)
    else { throw node.bad("of a constant \(constant.shape) to another shape") }
    _ = try count(shape, node)
    return [constant.taking(Broadcast.places(of: constant.shape, in: shape), shape: shape)]
  }

  /// Tile: the array repeated along each axis.
  static let tiled: Fold = { node, inputs in
    let constant = try input(0, inputs, node)
    let shape = constant.shape
    guard let repeats = try integers(1, inputs, node), repeats.count == shape.count,
      let _ = ONNXTensorReader.count(of: repeats)
    else { throw node.bad("of a constant \(shape) needs a number for each axis") }
    let target = zip(shape, repeats).map { $0.multipliedReportingOverflow(by: $1).partialValue }
    _ = try count(target, node)
    return [taken(constant, to: target) { zip($0, shape).map { $0 % max($1, 1) } }]
  }

  /// Pad with mode `constant`: a number, 0 by default, around the array. Negative pads, other modes
  /// and an input of axes are refused for constants.
  static let padded: Fold = { node, inputs in
    let constant = try input(0, inputs, node)
    let shape = constant.shape
    let attribute = node.integers("pads")
    guard (node.text("mode") ?? "constant") == "constant",
      let pads = try integers(1, inputs, node) ?? attribute, pads.count == 2 * shape.count,
      pads.allSatisfy({ 0...ONNXConstant.scalarLimit ~= $0 }), inputs.count < 4
    else { throw node.bad("of a constant is supported with constants around it only") }
    let given = inputs.count > 2 ? inputs[2] : nil
    let fill = given?.doubles?.first ?? given?.integers?.first.map { Double($0) } ?? 0
    guard abs(fill) < 0x1p53 else { throw node.bad("of a constant by \(fill)") }
    let target = shape.indices.map { shape[$0] + pads[$0] + pads[shape.count + $0] }
    _ = try count(target, node)
    let places = IndexSequence(target).map { index -> Int? in
      let place = zip(index, pads).map { $0 - $1 }
      return zip(place, shape).allSatisfy { 0..<$1 ~= $0 }
        ? zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 } : nil
    }
    switch constant {
    case .floats(_, let scalars):
      return [.floats(shape: target, places.map { $0.map { scalars[$0] } ?? Float(fill) })]
    case .doubles(_, let scalars):
      return [.doubles(shape: target, places.map { $0.map { scalars[$0] } ?? fill })]
    case .integers(_, let scalars):
      return [.integers(shape: target, places.map { $0.map { scalars[$0] } ?? Int(fill) })]
    }
  }
}
