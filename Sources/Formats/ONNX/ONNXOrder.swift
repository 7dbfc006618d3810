import Networks
import Tensors

/// Shapes and orders as ONNX has them.
extension ONNXGraph.Value {
  /// [C, H, W] for images, else the shape itself.
  static func theirs(_ shape: [Int]) -> [Int] {
    shape.count == 3 ? [shape[2], shape[0], shape[1]] : shape
  }

  static func ours(_ shape: [Int]) -> [Int] {
    shape.count == 3 ? [shape[1], shape[2], shape[0]] : shape
  }

  /// For each place in ONNX's order the place in the network's.
  var places: [Int] { image.map(Self.places) ?? Array(0..<count) }

  /// For each place of an array in their order the place in ours.
  static func places(_ shape: [Int]) -> [Int] {
    let count = shape.reduce(1, *)
    guard shape.count == 3 else { return Array(0..<count) }
    let (positions, channels) = (shape[0] * shape[1], shape[2])
    return (0..<count).map { $0 % positions * channels + $0 / positions }
  }
}

extension ONNXGraph {
  /// The number of axes in ONNX's terms, the batch included.
  func rank(of x: Value) -> Int { x.axes.count + (hasBatch ? 1 : 0) }

  /// The axes in ONNX's terms, the batch included.
  func fullAxes(of x: Value) -> [Int] { (hasBatch ? [batch] : []) + x.axes }

  /// The axes for messages, with −1 for the batch.
  func shown(_ axes: [Int]) -> String { "\((hasBatch ? [-1] : []) + axes)" }

  /// The axis of an example that a number of ONNX means.
  func axis(_ number: Int, of x: Value, _ node: ONNXNode) throws -> Int {
    let full = number < 0 ? number + rank(of: x) : number
    guard 0..<rank(of: x) ~= full else {
      throw node.bad("axis \(number) of \(shown(x.axes)) does not exist")
    }
    guard !hasBatch || full > 0 else { throw node.bad("along the batch is not supported") }
    return full - (hasBatch ? 1 : 0)
  }

  /// The axes behind the one that an operator takes for the batch: all, or those behind a first one
  /// of extent 1 where the graph has no batch.
  func core(_ x: Value, _ node: ONNXNode) throws -> [Int] {
    guard !hasBatch else { return x.axes }
    guard x.axes.first == 1 else {
      throw node.bad("of \(x.axes), where the first axis is a batch, needs 1 there")
    }
    return Array(x.axes.dropFirst())
  }

  /// Axes from those behind the batch; see ``core(_:_:)``.
  func withCore(_ core: [Int]) -> [Int] { hasBatch ? core : [1] + core }

  /// Adds a layer that moves scalars.
  ///
  /// - Parameters:
  ///   - axes: The result's.
  ///   - isImage: Whether the result's last three axes are an image, which is to lie channels last; by
  ///     default if it has three axes behind the batch.
  ///   - source: For an index of the result that of the input; nil for `fill`.
  mutating func rearrange(
    _ x: Value, to axes: [Int], for node: ONNXNode, fill: Float = 0, isImage: Bool? = nil,
    source: ([Int]) -> [Int]?
  ) throws -> Value {
    guard let count = ONNXTensorReader.count(of: axes), 1...(1 << 22) ~= count else {
      throw node.bad("gives arrays \(shown(axes)), which are empty or too large")
    }
    let image =
      isImage == true
      ? Value.ours(Array(axes.suffix(3))) : isImage == false ? nil : imageShape(axes)
    let from = x.places
    let to = image.map(Value.places) ?? Array(0..<count)
    var sources = [Int32](repeating: -1, count: count)
    for (place, index) in IndexSequence(axes).enumerated() {
      guard let wanted = source(index) else { continue }
      sources[to[place]] = Int32(from[zip(wanted, x.axes).reduce(0) { $0 * $1.1 + $1.0 }])
    }
    return try moved(
      x, IndexMap(sources, from: from.count), to: image ?? plainShape(axes), axes, image, fill, node
    )
  }

  /// The shape [H, W, C] of an image with the given axes; nil for another number of axes.
  private func imageShape(_ axes: [Int]) -> [Int]? {
    let core = hasBatch || axes.first != 1 ? axes : Array(axes.dropFirst())
    return core.count == 3 ? Value.ours(core) : nil
  }

  /// The shape of what is no image: two axes are kept, others are one.
  private func plainShape(_ axes: [Int]) -> [Int] {
    let core = axes.count > 1 ? Array(axes.drop { $0 == 1 }) : axes
    return core.count == 2 ? core : [axes.reduce(1, *)]
  }

  private mutating func moved(
    _ x: Value, _ map: IndexMap, to shape: [Int], _ axes: [Int], _ image: [Int]?, _ fill: Float,
    _ node: ONNXNode
  ) throws -> Value {
    if map.isIdentity, shape == x.shape {
      return Value(index: x.index, shape: shape, axes: axes, image: image)
    }
    let layer = Rearrangement(from: x.shape, to: shape, by: map, fill: fill)
    return try append(layer, to: [x], for: node, axes: axes, image: image)
  }

  /// The scalars in their order under other axes, which costs nothing.
  func reshaped(_ x: Value, to axes: [Int]) -> Value {
    Value(index: x.index, shape: x.shape, axes: axes, image: x.image)
  }

  /// The value under another shape of the network, its memory as it is.
  mutating func shaped(_ x: Value, to shape: [Int], for node: ONNXNode) throws -> Value {
    guard x.shape != shape else { return x }
    return try append(
      Rearrangement.reshape(x.shape, to: shape), to: [x], for: node, image: x.image)
  }

  /// The value as a vector in the network's order.
  mutating func vector(_ x: Value, for node: ONNXNode) throws -> Value {
    guard x.shape.count != 1 else { return x }
    let isImage = x.shape.count == 3 && (x.image == nil ? !spreads(x.shape) : x.image == x.shape)
    guard isImage else { return try shaped(x, to: [x.count], for: node) }
    return try append(Flatten(), to: [x], for: node, image: x.image)
  }

  /// Whether channels first and channels last differ for an image.
  private func spreads(_ image: [Int]) -> Bool { image[2] > 1 && image[0] * image[1] > 1 }

  /// The value with its scalars in ONNX's order.
  mutating func plain(_ x: Value, for node: ONNXNode) throws -> Value {
    guard x.image != nil else { return x }
    return try rearrange(x, to: x.axes, for: node, isImage: false) { $0 }
  }

  /// The value as an image [H, W, C]: of its axes [C, H, W] or [C, W] behind the batch.
  ///
  /// - Parameter windows: How many axes the operator's windows have, which the image has to have
  ///   beside the channels; nil for any.
  mutating func image(_ x: Value, for node: ONNXNode, windows: Int? = nil) throws -> Value {
    let core = try core(x, node)
    guard core.count == 3 || core.count == 2, windows ?? core.count - 1 == core.count - 1 else {
      let wanted = windows.map { $0 == 1 ? "sequences" : "images" } ?? "images or sequences"
      throw node.bad("needs \(wanted), but its input is \(shown(x.axes))")
    }
    let shape = [core.count == 3 ? core[1] : 1, core.last!, core[0]]
    let wanted = Value(index: x.index, shape: shape, axes: x.axes, image: shape)
    if wanted.image == x.image { return try shaped(x, to: shape, for: node) }
    var sources = [Int32](repeating: 0, count: x.count)
    for (from, to) in zip(x.places, Value.places(shape)) { sources[to] = Int32(from) }
    return try moved(
      x, IndexMap(sources, from: x.count), to: shape, x.axes, shape, 0, node)
  }

  /// The value spread over axes that NumPy's rule makes of its own.
  mutating func spread(_ x: Value, to axes: [Int], for node: ONNXNode) throws -> Value {
    guard axes != x.axes else { return x }
    let (own, missing) = (x.axes, axes.count - x.axes.count)
    guard axes.reduce(1, *) != x.count else { return reshaped(x, to: axes) }
    return try rearrange(x, to: axes, for: node) { index in
      own.indices.map { own[$0] == 1 ? 0 : index[missing + $0] }
    }
  }

  /// Two values with the same axes, shape and order.
  mutating func aligned(
    _ a: Value, _ b: Value, for node: ONNXNode
  ) throws -> (Value, Value) {
    if a.shape == b.shape, a.image == b.image { return (a, b) }
    if a.image != nil, a.image == b.image {
      return (try vector(a, for: node), try vector(b, for: node))
    }
    let isImage = [a, b].contains { $0.shape.count == 3 && $0.image == $0.shape }
    if isImage, hasBatch || a.axes.first == 1, (try core(a, node)).count == 3 {
      return (try image(a, for: node), try image(b, for: node))
    }
    let plains = (try plain(a, for: node), try plain(b, for: node))
    return (try vector(plains.0, for: node), try vector(plains.1, for: node))
  }
}
