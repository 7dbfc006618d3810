import Networks
import Tensors

/// The two orders of an image, and the map between them.
///
/// A value's scalars lie in the network's order. Indices of ONNX count them in ONNX's. For an image
/// these differ: the scalar of channel c at row y and column x has the place (c·H + y)·W + x there
/// and (y·W + x)·C + c here.
extension ONNXGraph.Value {
  /// Returns ONNX's axes of a shape of the network: [C, H, W] for [H, W, C]; shapes of another
  /// number of axes as they are.
  static func theirs(_ shape: [Int]) -> [Int] {
    shape.count == 3 ? [shape[2], shape[0], shape[1]] : shape
  }

  /// Returns the network's shape for ONNX's axes: [H, W, C] for [C, H, W]; axes of another number
  /// as they are.
  static func ours(_ shape: [Int]) -> [Int] {
    shape.count == 3 ? [shape[1], shape[2], shape[0]] : shape
  }

  /// For each place in ONNX's order, the place of the same scalar in the network's order.
  var places: [Int] { image.map(Self.places) ?? Array(0..<count) }

  /// Returns, for each place in ONNX's order of an array, the place in the network's order.
  ///
  /// - Parameter shape: The network's shape. For three axes [H, W, C] the result maps C·H·W to
  ///   H·W·C; for others it is the identity.
  static func places(_ shape: [Int]) -> [Int] {
    let count = shape.reduce(1, *)
    guard shape.count == 3 else { return Array(0..<count) }
    let (positions, channels) = (shape[0] * shape[1], shape[2])
    return (0..<count).map { $0 % positions * channels + $0 / positions }
  }
}

/// Axes as ONNX counts them, and the layers that bring a value into the shape or order which
/// another layer needs.
///
/// Nearly all layers that move scalars are made by these functions, which add nothing where the
/// scalars lie right already.
extension ONNXGraph {
  /// Returns the number of axes in ONNX's terms, the batch included.
  func rank(of x: Value) -> Int { x.axes.count + (hasBatch ? 1 : 0) }

  /// Returns the axes in ONNX's terms, the batch included, for which ``batch`` stands.
  func fullAxes(of x: Value) -> [Int] { (hasBatch ? [batch] : []) + x.axes }

  /// Returns axes of an example as a message shows them, with −1 for the batch.
  func shown(_ axes: [Int]) -> String { "\((hasBatch ? [-1] : []) + axes)" }

  /// Returns the axis of an example that a number of ONNX means.
  ///
  /// - Parameter number: An axis with the batch counted; a negative one counts from the end.
  /// - Returns: An index of ``Value/axes``.
  /// - Throws: ``FormatError`` where there is no such axis, and where it is the batch: no operator
  ///   may join the examples of a batch or choose among them.
  func axis(_ number: Int, of x: Value, _ node: ONNXNode) throws -> Int {
    let full = number < 0 ? number + rank(of: x) : number
    guard 0..<rank(of: x) ~= full else {
      throw node.bad("axis \(number) of \(shown(x.axes)) does not exist")
    }
    guard !hasBatch || full > 0 else { throw node.bad("along the batch is not supported") }
    return full - (hasBatch ? 1 : 0)
  }

  /// Returns the axes behind the one that an operator takes for the batch.
  ///
  /// Operators on images and sequences (Conv, pools, BatchNormalization) define their first axis as
  /// the batch, whether the graph has a batch for us or not. With a batch these are all axes of an
  /// example. Without one the first axis must have extent 1 and is left out.
  ///
  /// - Throws: ``FormatError`` where there is no batch and the first axis is not 1.
  func core(_ x: Value, _ node: ONNXNode) throws -> [Int] {
    guard !hasBatch else { return x.axes }
    guard x.axes.first == 1 else {
      throw node.bad("of \(x.axes), where the first axis is a batch, needs 1 there")
    }
    return Array(x.axes.dropFirst())
  }

  /// Returns the axes of a value from those behind the batch; the inverse of ``core(_:_:)``.
  func withCore(_ core: [Int]) -> [Int] { hasBatch ? core : [1] + core }

  /// Adds a layer that moves scalars, described in ONNX's terms.
  ///
  /// Transpose, Slice, Gather, Pad, Tile and their kin are all this function with another `source`.
  /// It translates indices of ONNX's axes into places in memory on both sides, and makes one
  /// ``Rearrangement`` of the result. If every scalar stays where it is and the shape does too, no
  /// layer is added.
  ///
  /// - Parameters:
  ///   - axes: The result's axes, without the batch.
  ///   - fill: What stands where `source` gives nil.
  ///   - isImage: Whether the result's last three axes are an image, which is to lie channels last.
  ///     By default it does so if it has three axes behind the batch. With false the scalars lie in
  ///     ONNX's order.
  ///   - source: For an index of the result that of the input, both by ONNX's axes; nil for `fill`.
  /// - Returns: A value with the given axes.
  /// - Throws: ``FormatError`` where the result would be empty or have more than 2²² scalars.
  /// - Complexity: O(n) calls of `source` for n scalars of the result; a table of n places is kept
  ///   in the layer.
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
      // The sum is the place of `wanted` in ONNX's order, row-major; `from` and `to` lead from
      // there to memory.
      guard let wanted = source(index) else { continue }
      sources[to[place]] = Int32(from[zip(wanted, x.axes).reduce(0) { $0 * $1.1 + $1.0 }])
    }
    return try moved(
      x, IndexMap(sources, from: from.count), to: image ?? plainShape(axes), axes, image, fill, node
    )
  }

  /// Returns the shape [H, W, C] of an image with the given axes, or nil where there are not three
  /// behind the batch.
  private func imageShape(_ axes: [Int]) -> [Int]? {
    let core = hasBatch || axes.first != 1 ? axes : Array(axes.dropFirst())
    return core.count == 3 ? Value.ours(core) : nil
  }

  /// Returns the network's shape of an array that is no image. Leading axes of extent 1 are
  /// dropped; if two are left they are kept, others become one, since no layer needs more.
  private func plainShape(_ axes: [Int]) -> [Int] {
    let core = axes.count > 1 ? Array(axes.drop { $0 == 1 }) : axes
    return core.count == 2 ? core : [axes.reduce(1, *)]
  }

  /// Adds a ``Rearrangement`` by a table of places in memory, or nothing where the table is the
  /// identity and the shape stays.
  ///
  /// - Parameters:
  ///   - map: For each place of the result in memory that of the input.
  ///   - shape: The result's shape in the network.
  ///   - axes: The result's axes as ONNX counts them.
  ///   - image: The result's order; see ``Value/image``.
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

  /// Returns the value under other axes: its scalars keep their order in ONNX's terms, and nothing
  /// moves.
  ///
  /// - Precondition: The product of `axes` is the value's number of scalars, which is not checked
  ///   here.
  func reshaped(_ x: Value, to axes: [Int]) -> Value {
    Value(index: x.index, shape: x.shape, axes: axes, image: x.image)
  }

  /// Returns the value under another shape of the network, with its memory as it is and its order
  /// noted.
  ///
  /// Layers check shapes, so that a vector which is read as rows needs a layer that says so, though
  /// it moves nothing.
  mutating func shaped(_ x: Value, to shape: [Int], for node: ONNXNode) throws -> Value {
    guard x.shape != shape else { return x }
    return try append(
      Rearrangement.reshape(x.shape, to: shape), to: [x], for: node, image: x.image)
  }

  /// Returns the value as a vector in the order that its scalars have in memory.
  ///
  /// An image is flattened by ``Flatten``, all else by a reshaping ``Rearrangement``. The
  /// difference matters to ``Network/stateDict``: behind a ``Flatten`` it permutes the columns of a
  /// matrix from H·W·C to C·H·W, which is right only if the scalars do lie channels last.
  mutating func vector(_ x: Value, for node: ONNXNode) throws -> Value {
    guard x.shape.count != 1 else { return x }
    let isImage = x.shape.count == 3 && (x.image == nil ? !spreads(x.shape) : x.image == x.shape)
    guard isImage else { return try shaped(x, to: [x.count], for: node) }
    return try append(Flatten(), to: [x], for: node, image: x.image)
  }

  /// Whether channels first and channels last are different orders for an image [H, W, C].
  private func spreads(_ image: [Int]) -> Bool { image[2] > 1 && image[0] * image[1] > 1 }

  /// Returns the value with its scalars in ONNX's order in memory as well, for layers that have no
  /// notion of an image.
  mutating func plain(_ x: Value, for node: ONNXNode) throws -> Value {
    guard x.image != nil else { return x }
    return try rearrange(x, to: x.axes, for: node, isImage: false) { $0 }
  }

  /// Returns the value as an image [H, W, C] in memory, from axes [C, H, W] or [C, W] behind the
  /// batch; a sequence is an image of one row.
  ///
  /// - Parameter windows: How many axes the operator's windows have, which must be the number of
  ///   axes beside the channels; nil for any.
  /// - Throws: ``FormatError`` where the value is neither image nor sequence, or not the one that
  ///   `windows` asks for.
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

  /// Returns the value repeated over the axes that it spreads over by NumPy's rule: an extent of 1
  /// and a missing leading axis repeat.
  ///
  /// If the number of scalars stays, only axes of extent 1 have been added, and nothing moves.
  ///
  /// - Precondition: The value's axes spread over `axes`.
  mutating func spread(_ x: Value, to axes: [Int], for node: ONNXNode) throws -> Value {
    guard axes != x.axes else { return x }
    let (own, missing) = (x.axes, axes.count - x.axes.count)
    guard axes.reduce(1, *) != x.count else { return reshaped(x, to: axes) }
    return try rearrange(x, to: axes, for: node) { index in
      own.indices.map { own[$0] == 1 ? 0 : index[missing + $0] }
    }
  }

  /// Returns two values with equal axes as values of the same shape and order, so that a layer can
  /// read them place by place.
  ///
  /// Values that agree already stay. Two in the order of one image become vectors. If one of them
  /// lies as an image does, both become images. Otherwise both are put in ONNX's order, as vectors.
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
