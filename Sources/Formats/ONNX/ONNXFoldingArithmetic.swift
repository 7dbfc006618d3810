import Foundation
import Networks
import RealModule
import Tensors

/// Operators on constants that compute: arithmetic, comparisons, functions, products, reductions.
///
/// Float32 is computed as a runtime does, each operation rounded; integers that overflow are
/// refused.
extension ONNXFolding {
  static let arithmetic: Fold = { node, inputs in
    node.ignore("fmod", "axis", "broadcast")
    var result = try input(0, inputs, node)
    for other in inputs.dropFirst() {
      guard let other else { throw node.bad("lacks an input") }
      result = try combined(result, other, node)
    }
    return [result]
  }

  private static func combined(
    _ a: ONNXConstant, _ b: ONNXConstant, _ node: ONNXNode
  ) throws -> ONNXConstant {
    guard let shape = Broadcast.shape(a.shape, b.shape) else {
      throw node.bad("of constants \(a.shape) and \(b.shape)")
    }
    let count = try count(shape, node, given: max(a.count, b.count))
    guard let pair = ONNXConstant.unified([a, b]) else { throw node.bad("of integers and floats") }
    let (p, q) = (
      Broadcast.places(of: a.shape, in: shape), Broadcast.places(of: b.shape, in: shape)
    )
    switch (pair[0], pair[1]) {
    case (.floats(_, let x), .floats(_, let y)):
      let operation: (Float, Float) -> Float = try real(node)
      return .floats(shape: shape, (0..<count).map { operation(x[p[$0]], y[q[$0]]) })
    case (.doubles(_, let x), .doubles(_, let y)):
      let operation: (Double, Double) -> Double = try real(node)
      return .doubles(shape: shape, (0..<count).map { operation(x[p[$0]], y[q[$0]]) })
    case (.integers(_, let x), .integers(_, let y)):
      return .integers(
        shape: shape, try (0..<count).map { try integer(x[p[$0]], y[q[$0]], node) })
    default: throw node.bad("of integers and floats")
    }
  }

  private static func real<Scalar: Real & BinaryFloatingPoint>(
    _ node: ONNXNode
  ) throws -> (Scalar, Scalar) -> Scalar {
    switch node.operation {
    case "Add", "Sum": { $0 + $1 }
    case "Sub": { $0 - $1 }
    case "Mul": { $0 * $1 }
    case "Div": { $0 / $1 }
    case "Pow": { Scalar(Double.pow(Double($0), Double($1))) }
    case "Max": { $0 > $1 || $0.isNaN ? $0 : $1 }
    case "Min": { $0 < $1 || $0.isNaN ? $0 : $1 }
    default: throw node.bad("of constant floats is not supported")
    }
  }

  private static func integer(_ p: Int, _ q: Int, _ node: ONNXNode) throws -> Int {
    let (value, overflow): (Int, Bool)
    switch node.operation {
    case "Add", "Sum": (value, overflow) = p.addingReportingOverflow(q)
    case "Sub": (value, overflow) = p.subtractingReportingOverflow(q)
    case "Mul": (value, overflow) = p.multipliedReportingOverflow(by: q)
    case "Div": (value, overflow) = p.dividedReportingOverflow(by: q)
    case "Mod":
      let (rest, failed) = p.remainderReportingOverflow(dividingBy: q)
      (value, overflow) = (rest != 0 && (rest < 0) != (q < 0) ? rest + q : rest, failed)
    case "Max": (value, overflow) = (max(p, q), false)
    case "Min": (value, overflow) = (min(p, q), false)
    case "And": (value, overflow) = (p != 0 && q != 0 ? 1 : 0, false)
    case "Or": (value, overflow) = (p != 0 || q != 0 ? 1 : 0, false)
    default: throw node.bad("of constant integers is not supported")
    }
    guard !overflow else { throw node.bad("of \(p) and \(q)") }
    return value
  }

  static let comparison: Fold = { node, inputs in
    let (a, b) = (try input(0, inputs, node), try input(1, inputs, node))
    guard let shape = Broadcast.shape(a.shape, b.shape),
      let pair = ONNXConstant.unified([a, b])
    else { throw node.bad("of constants \(a.shape) and \(b.shape)") }
    let count = try count(shape, node)
    let (p, q) = (
      Broadcast.places(of: a.shape, in: shape), Broadcast.places(of: b.shape, in: shape)
    )
    func compared<Scalar: Comparable>(_ x: [Scalar], _ y: [Scalar]) -> [Int] {
      (0..<count).map { i in
        let (v, w) = (x[p[i]], y[q[i]])
        let holds =
          switch node.operation {
          case "Equal": v == w
          case "Greater": v > w
          case "GreaterOrEqual": v >= w
          case "Less": v < w
          default: v <= w
          }
        return holds ? 1 : 0
      }
    }
    if let x = pair[0].integers, let y = pair[1].integers {
      return [.integers(shape: shape, compared(x, y))]
    }
    return [.integers(shape: shape, compared(pair[0].doubles!, pair[1].doubles!))]
  }

  static let selected: Fold = { node, inputs in
    let condition = try input(0, inputs, node)
    let branches = [try input(1, inputs, node), try input(2, inputs, node)]
    guard let truth = condition.integers, let pair = ONNXConstant.unified(branches),
      let shape = Broadcast.shape(condition.shape, pair[0].shape, pair[1].shape)
    else { throw node.bad("of constants \(branches.map(\.shape))") }
    let count = try count(shape, node)
    let which = Broadcast.places(of: condition.shape, in: shape)
    let places = pair.map { Broadcast.places(of: $0.shape, in: shape) }
    let both = try joinedFlat(pair, node)
    return [
      both.taking(
        (0..<count).map { i in
          truth[which[i]] != 0 ? places[0][i] : pair[0].count + places[1][i]
        }, shape: shape)
    ]
  }

  private static func joinedFlat(
    _ pair: [ONNXConstant], _ node: ONNXNode
  ) throws -> ONNXConstant {
    switch (pair[0], pair[1]) {
    case (.floats(_, let a), .floats(_, let b)): .floats(shape: [], a + b)
    case (.doubles(_, let a), .doubles(_, let b)): .doubles(shape: [], a + b)
    case (.integers(_, let a), .integers(_, let b)): .integers(shape: [], a + b)
    default: throw node.bad("of integers and floats")
    }
  }

  static let function: Fold = { node, inputs in
    let x = try input(0, inputs, node)
    let (real, integer): ((Double) -> Double, (Int) -> Int?)
    switch node.operation {
    case "Neg": (real, integer) = ({ -$0 }, { $0 == .min ? nil : -$0 })
    case "Abs": (real, integer) = ({ abs($0) }, { $0 == .min ? nil : abs($0) })
    case "Relu": (real, integer) = ({ max($0, 0) }, { max($0, 0) })
    case "Sign": (real, integer) = ({ $0 > 0 ? 1 : ($0 < 0 ? -1 : 0) }, { $0.signum() })
    case "Not": (real, integer) = ({ $0 }, { $0 == 0 ? 1 : 0 })
    case "Sqrt": (real, integer) = ({ $0.squareRoot() }, { _ in nil })
    case "Exp": (real, integer) = ({ .exp($0) }, { _ in nil })
    case "Log": (real, integer) = ({ .log($0) }, { _ in nil })
    case "Reciprocal": (real, integer) = ({ 1 / $0 }, { _ in nil })
    case "Tanh": (real, integer) = ({ .tanh($0) }, { _ in nil })
    case "Sigmoid": (real, integer) = ({ 1 / (1 + .exp(-$0)) }, { _ in nil })
    case "Floor": (real, integer) = ({ $0.rounded(.down) }, { $0 })
    case "Ceil": (real, integer) = ({ $0.rounded(.up) }, { $0 })
    default: (real, integer) = ({ $0.rounded(.toNearestOrEven) }, { $0 })
    }
    guard let result = x.mapped(real, integer) else {
      throw node.bad("of constant integers is not supported")
    }
    return [result]
  }

  /// MatMul and Gemm of matrices, with sums in Double.
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
    if inputs.count > 2, let bias = inputs[2]?.doubles,
      Broadcast.shape(shape, inputs[2]!.shape) == shape
    {
      let places = Broadcast.places(of: inputs[2]!.shape, in: shape)
      for i in sums.indices { sums[i] += Double(beta) * bias[places[i]] }
    }
    if case .floats = try input(0, inputs, node) {
      return [.floats(shape: shape, sums.map { Float($0) })]
    }
    return [.doubles(shape: shape, sums)]
  }

  static let reduction: Fold = { node, inputs in
    let x = try input(0, inputs, node)
    let attribute = node.integers("axes")
    let given = try integers(1, inputs, node) ?? attribute
    let keeps = node.integer("keepdims", default: 1) == 1
    let isNoOperation = node.integer("noop_with_empty_axes", default: 0) == 1
    let rank = x.shape.count
    let axes = Set(try (given ?? []).map { try axis($0, rank: rank, node) })
    if axes.isEmpty, isNoOperation { return [x] }
    let reduced = axes.isEmpty ? Set(0..<rank) : axes
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
