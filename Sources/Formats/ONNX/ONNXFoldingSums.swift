import Networks

/// Products of constant matrices, and reductions of constants, all of which sum in Double.
extension ONNXFolding {
  /// MatMul and Gemm of two constant matrices.
  ///
  /// For Gemm this includes the factors `alpha` and `beta`, the transposes, and a third input of
  /// floating-point numbers that spreads over the product. Sums are in Double and are rounded once,
  /// at the end, where a runtime rounds every step.
  ///
  /// - Throws: ``FormatError`` where a factor has not two axes, an input is of integers, the
  ///   extents do not fit, the third input does not spread over the product, or more than 2²⁷
  ///   multiplications would be needed.
  static let product: Fold = { node, inputs in
    let isGemm = node.operation == "Gemm"
    func matrix(_ position: Int, _ attribute: String) throws -> [[Double]] {
      let constant = try input(position, inputs, node)
      guard constant.shape.count == 2, let scalars = constant.doubles else {
        throw node.bad("of constants is supported for matrices of floats")
      }
      let (rows, columns) = (constant.shape[0], constant.shape[1])
      let matrix = (0..<rows).map { Array(scalars[$0 * columns..<($0 + 1) * columns]) }
      guard isGemm, node.integer(attribute, default: 0) != 0 else { return matrix }
      return (0..<columns).map { column in matrix.map { $0[column] } }
    }
    let (a, b) = (try matrix(0, "transA"), try matrix(1, "transB"))
    let (alpha, beta) = (node.float("alpha", default: 1), node.float("beta", default: 1))
    let columns = b.first?.count ?? 0
    guard a.allSatisfy({ $0.count == b.count }), a.count * columns * b.count <= 1 << 27 else {
      throw node.bad("of constants that do not fit, or are too large")
    }
    let shape = [a.count, columns]
    var sums = a.flatMap { row in
      (0..<columns).map { j in Double(alpha) * row.indices.reduce(0) { $0 + row[$1] * b[$1][j] } }
    }
    if isGemm, inputs.count > 2, let c = inputs[2] {
      guard let bias = c.doubles, Broadcast.shape(shape, c.shape) == shape else {
        throw node.bad("of constants \(shape) and a third one that is no such matrix of floats")
      }
      let places = Broadcast.places(of: c.shape, in: shape)
      for i in sums.indices { sums[i] += Double(beta) * bias[places[i]] }
    }
    if case .floats = try input(0, inputs, node) {
      return [.floats(shape: shape, sums.map { Float($0) })]
    }
    return [.doubles(shape: shape, sums)]
  }

  /// The operators Reduce…: one number in place of all along some axes, or all axes if none are
  /// given.
  ///
  /// See the conversion for computed values for how opsets give the axes, and for what
  /// `noop_with_empty_axes` means. A mean of integers is truncated.
  ///
  /// - Throws: ``FormatError`` where nothing is there to reduce, or integers become too large.
  static let reduction: Fold = { node, inputs in
    let x = try input(0, inputs, node)
    let attribute = node.integers("axes")
    let given = try integers(1, inputs, node) ?? attribute
    let keeps = node.integer("keepdims", default: 1) == 1
    let isNoOperation = node.integer("noop_with_empty_axes", default: 0) == 1
    let rank = x.shape.count
    let axes = Set(try (given ?? []).map { try axis($0, rank: rank, node) })
    let reduced = axes.isEmpty && !isNoOperation ? Set(0..<rank) : axes
    var groups: [[Int]: [Int]] = [:]
    for (place, index) in IndexSequence(x.shape).enumerated() {
      groups[index.indices.map { reduced.contains($0) ? 0 : index[$0] }, default: []].append(place)
    }
    let kept = x.shape.indices.map { reduced.contains($0) ? 1 : x.shape[$0] }
    let shape = keeps ? kept : kept.indices.filter { !reduced.contains($0) }.map { kept[$0] }
    let places = IndexSequence(kept).map { groups[$0] ?? [] }
    guard places.allSatisfy({ !$0.isEmpty }) else { throw node.bad("of an empty constant") }
    if let scalars = x.integers {
      let values = places.map { $0.map { Double(scalars[$0]) } }.map { folded($0, node.operation) }
      return [
        .integers(
          shape: shape,
          try values.map {
            guard let whole = Int(exactly: $0.rounded(.towardZero)) else {
              throw node.bad("of integers that are too large")
            }
            return whole
          })
      ]
    }
    let scalars = x.doubles!
    let values = places.map { folded($0.map { scalars[$0] }, node.operation) }
    if case .floats = x { return [.floats(shape: shape, values.map { Float($0) })] }
    return [.doubles(shape: shape, values)]
  }

  /// Returns the reduction of the numbers of one group, which is not empty.
  private static func folded(_ values: [Double], _ operation: String) -> Double {
    switch operation {
    case "ReduceSum": values.reduce(0, +)
    case "ReduceMean": values.reduce(0, +) / Double(values.count)
    case "ReduceProd": values.reduce(1, *)
    case "ReduceL1": values.reduce(0) { $0 + abs($1) }
    case "ReduceSumSquare": values.reduce(0) { $0 + $1 * $1 }
    case "ReduceL2": values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case "ReduceMax": values.max()!
    default: values.min()!
    }
  }
}
