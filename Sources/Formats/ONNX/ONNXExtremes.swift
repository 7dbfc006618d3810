import Networks
import Tensors

/// Max and Min of values and constants.
extension ONNXOperators {
  /// Max and Min of any number of inputs, spread over each other by NumPy's rule.
  ///
  /// Values are combined two by two, constants then one by one. Max(x, 0) becomes a ``ReLU``, Min
  /// and Max with a single number a clip, and Max with an array of numbers a shifted ``ReLU``. Two
  /// values become a ``MaxPool`` over windows of two.
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

/// Maxima and minima out of layers that have bound rules: ReLU, clip and MaxPool.
extension ONNXGraph {
  /// Returns the larger, or the smaller, of a value and a constant.
  ///
  /// A single number is a bound of a clip. Otherwise max(x, c) = c + max(x − c, 0) and min(x, c) =
  /// c − max(c − x, 0).
  ///
  /// - Parameters:
  ///   - shape: The constant's shape in the file.
  ///   - scalars: The constant's numbers in ONNX's order.
  /// - Throws: ``FormatError`` where the two do not fit, or a number is NaN or infinite.
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

  /// Returns max(x, c) or min(x, c) as a clip, where `c` is the same number everywhere.
  ///
  /// Where x is a clip already, its bound is tightened, so that `Min` behind `Max` becomes one
  /// function of the original value and not a chain of two, whose relaxations would be looser.
  ///
  /// - Returns: nil where the numbers differ, or nothing would be left between the bounds.
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
    // A clip needs two bounds that differ. Without them the caller falls back on a ReLU, which is
    // right for any.
    guard low < high else { return nil }
    return try clipped(reshaped(base, to: x.axes), low, high, for: node)
  }

  /// Returns the larger, or the smaller, of two values, spread over each other.
  ///
  /// The two are stacked to an image of two rows, [2, 1, n], over whose columns a ``MaxPool`` takes
  /// the maximum. A minimum is −max(−a, −b).
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
