import Networks
import Tensors

/// Shapes and orders as ONNX has them, without the batch axis.
extension ONNXGraph.Value {
  /// [C, H, W] for images, else the shape itself.
  var theirShape: [Int] { Self.theirs(shape) }

  static func theirs(_ shape: [Int]) -> [Int] {
    shape.count == 3 ? [shape[2], shape[0], shape[1]] : shape
  }

  static func ours(_ shape: [Int]) -> [Int] {
    shape.count == 3 ? [shape[1], shape[2], shape[0]] : shape
  }

  /// For each place in their order the place in ours.
  var places: [Int] { Self.places(image ?? shape) }

  /// For each place of an array in their order the place in ours.
  static func places(_ shape: [Int]) -> [Int] {
    let count = shape.reduce(1, *)
    guard shape.count == 3 else { return Array(0..<count) }
    let (positions, channels) = (shape[0] * shape[1], shape[2])
    return (0..<count).map { $0 % positions * channels + $0 / positions }
  }
}

extension ONNXGraph {
  /// Adds a layer that moves scalars.
  ///
  /// - Parameters:
  ///   - shape: The result's, as theirs.
  ///   - source: For an index there that of the input, both theirs; nil for `fill`.
  mutating func rearrange(
    _ x: Value, to shape: [Int], for node: ONNXNode, fill: Float = 0, source: ([Int]) -> [Int]?
  ) throws -> Value {
    guard [1, 2, 3].contains(shape.count) else {
      throw node.bad(
        "gives arrays \([-1] + shape); at most three axes behind the batch are supported")
    }
    guard let count = ONNXTensorReader.count(of: shape), 1...(1 << 22) ~= count else {
      throw node.bad("gives arrays \([-1] + shape), which are empty or too large")
    }
    let (theirs, ours) = (x.theirShape, Value.ours(shape))
    let (from, to) = (x.places, Value.places(ours))
    var sources = [Int32](repeating: -1, count: count)
    for (place, index) in IndexSequence(shape).enumerated() {
      guard let wanted = source(index) else { continue }
      sources[to[place]] = Int32(from[zip(wanted, theirs).reduce(0) { $0 * $1.1 + $1.0 }])
    }
    let layer = Rearrangement(
      from: x.shape, to: ours, by: IndexMap(sources, from: from.count), fill: fill)
    if layer.map.isIdentity, ours == x.shape { return Value(index: x.index, shape: ours) }
    return try append(layer, to: [x], for: node)
  }

  /// The scalars in their order under another shape of theirs.
  mutating func reshape(_ x: Value, to shape: [Int], for node: ONNXNode) throws -> Value {
    if shape == x.theirShape, x.image == nil || shape.count != 1 { return x }
    if x.shape.count == 3, shape.count == 1 {
      return try append(Flatten(), to: [x], for: node, image: x.shape)
    }
    if shape.count == 1, x.shape.count == 1 { return x }
    let theirs = x.theirShape
    return try rearrange(x, to: shape, for: node) { index in
      var rest = zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
      var place = theirs
      for axis in theirs.indices.reversed() {
        place[axis] = rest % theirs[axis]
        rest /= theirs[axis]
      }
      return place
    }
  }

  /// A vector in their order; anything else as it is.
  mutating func plain(_ x: Value, for node: ONNXNode) throws -> Value {
    guard x.image != nil else { return x }
    return try rearrange(x, to: x.shape, for: node) { $0 }
  }
}
