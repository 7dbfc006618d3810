import Networks
import Tensors

/// Operators on constants, computed while reading: what exporters leave in a graph to compute
/// shapes and to lay out weights.
enum ONNXFolding {
  /// Folds a node all of whose inputs are constants; nil where the operator is none of those.
  static func fold(
    _ node: inout ONNXNode, _ inputs: [ONNXConstant], _ graph: ONNXGraph
  ) throws -> ONNXConstant? {
    guard let first = inputs.first else { return nil }
    switch node.operation {
    case "Identity", "Dropout": return first
    case "Cast": return try cast(first, to: node.integer("to", default: 0), node)
    case "Reshape", "Squeeze", "Unsqueeze", "Flatten":
      return try reshaped(first, &node, inputs, graph)
    case "Transpose": return try transposed(first, node.integers("perm"), node)
    case "Gather": return try gathered(first, inputs, axis: node.integer("axis", default: 0), node)
    case "Concat": return try joined(inputs, node.integer("axis", default: 0), node)
    case "Slice": return try sliced(first, &node, inputs)
    case "Shape":
      node.ignore("start", "end")
      guard node.proto.attribute.isEmpty else { return nil }
      return .integers(shape: [first.shape.count], first.shape)
    case "ConstantOfShape": return try filled(first, &node, graph)
    case "Neg": return first.mapped({ -$0 }, { $0 == .min ? 0 : -$0 })
    default: return nil
    }
  }

  private static func filled(
    _ shape: ONNXConstant, _ node: inout ONNXNode, _ graph: ONNXGraph
  ) throws -> ONNXConstant {
    guard let extents = shape.integers, let count = ONNXTensorReader.count(of: extents),
      count <= 1 << 16
    else { throw node.bad("of shape \(shape.integers ?? [])") }
    let value = try node.tensor("value").map { try graph.reader.constant($0) }
    if let integer = value?.integers?.first {
      return .integers(shape: extents, [Int](repeating: integer, count: count))
    }
    return .floats(shape: extents, [Float](repeating: value?.floats?.first ?? 0, count: count))
  }

  private static func sliced(
    _ constant: ONNXConstant, _ node: inout ONNXNode, _ inputs: [ONNXConstant]
  ) throws -> ONNXConstant {
    let lists = inputs.dropFirst().map { $0.integers ?? [] }
    guard lists.count >= 2 else { throw node.bad("of a constant needs starts and ends as inputs") }
    let axes = lists.count > 2 ? lists[2] : Array(lists[0].indices)
    let steps = lists.count > 3 ? lists[3] : lists[0].map { _ in 1 }
    let shape = constant.shape
    var ranges = shape.map { StridedRange(from: 0, to: $0, by: 1, of: $0) }
    for (i, given) in axes.enumerated() {
      let axis = given < 0 ? given + shape.count : given
      guard shape.indices ~= axis, lists[0].indices ~= i, lists[1].indices ~= i,
        steps.indices ~= i, steps[i] != 0
      else { throw node.bad("axes \(axes) of a constant \(shape)") }
      ranges[axis] = StridedRange(
        from: lists[0][i], to: lists[1][i], by: steps[i], of: shape[axis])
    }
    let target = ranges.map(\.count)
    let places = IndexSequence(target).map { index in
      zip(zip(index, ranges).map { $1.start + $0 * $1.step }, shape).reduce(0) { $0 * $1.1 + $1.0 }
    }
    return constant.taking(places, shape: target)
  }

  private static func cast(
    _ constant: ONNXConstant, to type: Int, _ node: ONNXNode
  ) throws -> ONNXConstant {
    switch (Onnx_TensorProto.DataType(rawValue: type), constant) {
    case (.float, .floats), (.double, .floats), (.int64, .integers), (.int32, .integers):
      return constant
    case (.float, .integers(let shape, let values)), (.double, .integers(let shape, let values)):
      return .floats(shape: shape, values.map { Float($0) })
    case (.int64, .floats(let shape, let values)), (.int32, .floats(let shape, let values)):
      return .integers(
        shape: shape,
        try values.map {
          guard let whole = Int(exactly: $0.rounded(.towardZero)) else {
            throw node.bad("of \($0) to an integer")
          }
          return whole
        })
    default: throw node.bad("to element type \(type) is not supported")
    }
  }

  private static func reshaped(
    _ constant: ONNXConstant, _ node: inout ONNXNode, _ inputs: [ONNXConstant], _ graph: ONNXGraph
  ) throws -> ONNXConstant {
    let shape = constant.shape
    let attribute = node.integers("axes")
    let given = inputs.count > 1 ? inputs[1].integers : attribute
    var target: [Int]
    switch node.operation {
    case "Reshape":
      node.ignore("allowzero")
      target = given ?? []
      for axis in target.indices where target[axis] == 0 && axis < shape.count {
        target[axis] = shape[axis]
      }
    case "Squeeze":
      let axes = given?.map { $0 < 0 ? $0 + shape.count : $0 }
      target = shape.indices.filter { !(axes?.contains($0) ?? (shape[$0] == 1)) }.map { shape[$0] }
    case "Unsqueeze":
      let rank = shape.count + (given?.count ?? 0)
      let axes = Set((given ?? []).map { $0 < 0 ? $0 + rank : $0 })
      guard axes.count == given?.count, axes.allSatisfy({ 0..<rank ~= $0 }) else {
        throw node.bad("axes \(given ?? [])")
      }
      var rest = shape[...]
      target = (0..<rank).map { axes.contains($0) ? 1 : rest.removeFirst() }
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
    return constant.shaped(target)
  }

  private static func transposed(
    _ constant: ONNXConstant, _ order: [Int]?, _ node: ONNXNode
  ) throws -> ONNXConstant {
    let shape = constant.shape
    let order = order ?? Array(shape.indices.reversed())
    guard order.sorted() == Array(shape.indices) else { throw node.bad("perm \(order)") }
    let target = order.map { shape[$0] }
    let places = IndexSequence(target).map { index in
      var place = index
      for (axis, position) in zip(order, index) { place[axis] = position }
      return zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }
    }
    return constant.taking(places, shape: target)
  }

  /// Elements of a vector: how shapes are taken apart.
  private static func gathered(
    _ constant: ONNXConstant, _ inputs: [ONNXConstant], axis: Int, _ node: ONNXNode
  ) throws -> ONNXConstant {
    guard inputs.count == 2, let indices = inputs[1].integers, constant.shape.count == 1, axis == 0
    else { throw node.bad("of constants is supported for vectors only") }
    let places = try indices.map { index in
      let place = index < 0 ? index + constant.count : index
      guard 0..<constant.count ~= place else { throw node.bad("of element \(index)") }
      return place
    }
    return constant.taking(places, shape: inputs[1].shape)
  }

  private static func joined(
    _ inputs: [ONNXConstant], _ axis: Int, _ node: ONNXNode
  ) throws -> ONNXConstant {
    guard inputs.allSatisfy({ $0.shape.count == 1 }), axis == 0 || axis == -1 else {
      throw node.bad("of constants is supported for vectors only")
    }
    let count = inputs.reduce(0) { $0 + $1.count }
    let integers = inputs.compactMap(\.integers)
    if integers.count == inputs.count { return .integers(shape: [count], integers.flatMap { $0 }) }
    let floats = inputs.compactMap(\.floats)
    guard floats.count == inputs.count else { throw node.bad("of integers and floats") }
    return .floats(shape: [count], floats.flatMap { $0 })
  }

  /// Add, Sub, Mul and Div of constants of one shape, or with a single number.
  static func arithmetic(
    _ a: ONNXConstant, _ b: ONNXConstant, _ node: ONNXNode
  ) throws -> ONNXConstant {
    let shape = a.count >= b.count ? a.shape : b.shape
    guard a.shape == b.shape || a.count == 1 || b.count == 1 else {
      throw node.bad("of constants \(a.shape) and \(b.shape)")
    }
    let count = max(a.count, b.count)
    if let x = a.floats, let y = b.floats {
      return .floats(
        shape: shape,
        (0..<count).map { i in
          let (p, q) = (x[x.count == 1 ? 0 : i], y[y.count == 1 ? 0 : i])
          return switch node.operation {
          case "Add": p + q
          case "Sub": p - q
          case "Mul": p * q
          default: p / q
          }
        })
    }
    guard let x = a.integers, let y = b.integers else { throw node.bad("of integers and floats") }
    return .integers(
      shape: shape,
      try (0..<count).map { i in
        let (p, q) = (x[x.count == 1 ? 0 : i], y[y.count == 1 ? 0 : i])
        let (value, overflow) =
          switch node.operation {
          case "Add": p.addingReportingOverflow(q)
          case "Sub": p.subtractingReportingOverflow(q)
          case "Mul": p.multipliedReportingOverflow(by: q)
          default: p.dividedReportingOverflow(by: q)
          }
        guard !overflow else { throw node.bad("of \(p) and \(q)") }
        return value
      })
  }
}
