import Networks
import Tensors

/// Max and Min of values and constants.
extension ONNXOperators {
  static let extreme: Conversion = { node, graph in
    let isMax = node.operation == "Max"
    var result: ONNXGraph.Value?
    var constants: [ONNXConstant] = []
    for name in node.inputs {
      switch try graph.operand(name, of: node) {
      case .value(let value):
        result = try result.map { try graph.extreme($0, value, isMax: isMax, for: node) } ?? value
      case .constant(let constant): constants.append(constant)
      case .part(let part): throw part.refusal(node)
      case .condition: throw node.bad("of a comparison is not supported")
      }
    }
    guard var value = result else { throw node.bad("needs inputs") }
    for constant in constants {
      let scalars = try node.floats(constant, named: "a constant")
      value = try graph.extreme(value, constant.shape, scalars, isMax: isMax, for: node)
    }
    graph.alias(value, for: node)
  }
}

extension ONNXGraph {
  /// The larger (smaller) of a value and a constant: c + max(x − c, 0), or a clip where the
  /// other end is known.
  mutating func extreme(
    _ x: Value, _ shape: [Int], _ scalars: [Float], isMax: Bool, for node: ONNXNode
  ) throws -> Value {
    let (spread, c) = try spread(x, with: shape, scalars, for: node)
    guard c.allSatisfy(\.isFinite) else { throw node.bad("of an infinite constant") }
    if let clip = try clip(spread, c, isMax: isMax, for: node) { return clip }
    let sign: Float = isMax ? 1 : -1
    let ones = c.map { _ in sign }
    // max(x, c) = max(x − c, 0) + c and min(x, c) = c − max(c − x, 0).
    let difference = try scaleAndShift(spread, ones, c.map { -sign * $0 }, for: node)
    let positive = try appendElementwise(ReLU(), to: difference, for: node)
    return try scaleAndShift(positive, ones, c, for: node)
  }

  /// max(min(x, upper), lower) and min(max(x, lower), upper) as one function.
  private mutating func clip(
    _ x: Value, _ c: [Float], isMax: Bool, for node: ONNXNode
  ) throws -> Value? {
    guard let bound = c.first, c.allSatisfy({ $0 == bound }) else { return nil }
    let largest = Float.greatestFiniteMagnitude
    guard case .function(.clip(let lower, let upper), let base)? = notes[x.index] else {
      let (low, high) = isMax ? (bound, largest) : (-largest, bound)
      return try clipped(x, low, high, for: node)
    }
    let (low, high) = isMax ? (max(lower, bound), upper) : (lower, min(upper, bound))
    guard low < high else { return nil }
    return try clipped(reshaped(base, to: x.axes), low, high, for: node)
  }

  /// The larger (smaller) of two values: the maximum over a window of two.
  mutating func extreme(
    _ a: Value, _ b: Value, isMax: Bool, for node: ONNXNode
  ) throws -> Value {
    let axes = try commonAxes(a, b, for: node)
    var pair = try aligned(
      try spread(a, to: axes, for: node), try spread(b, to: axes, for: node), for: node)
    if !isMax {
      pair = (try scaled(pair.0, by: -1, for: node), try scaled(pair.1, by: -1, for: node))
    }
    let image = pair.0.image
    let rows = try [pair.0, pair.1].map { try shaped($0, to: [$0.count], for: node) }
    let joined = try append(Concatenation(), to: rows, for: node, axes: [2 * rows[0].count])
    let stacked = try shaped(joined, to: [2, 1, rows[0].count], for: node)
    let window = PoolingWindow(height: 2, width: 1, ConvolutionGeometry())
    let best = try append(MaxPool(window), to: [stacked], for: node, axes: axes, image: image)
    return isMax ? best : try scaled(best, by: -1, for: node)
  }
}
