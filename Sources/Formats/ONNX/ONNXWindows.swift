import Networks
import Tensors

/// Operators on windows of images and sequences: Conv, AveragePool and MaxPool.
///
/// They take [batch, C, H, W] or [batch, C, W]; windows of three axes are refused. ``ONNXWindow``
/// reads what they have in common.
extension ONNXOperators {
  /// Conv by a constant weight [O, C/group, kh, kw] and an optional constant bias [O].
  ///
  /// It becomes a ``Convolution``, in groups and with gaps if `group` and `dilations` say so. A
  /// weight of three axes is a convolution of sequences, which is one of images of one row.
  ///
  /// - Throws: ``FormatError`` where the weight is computed or has other axes, the groups do not
  ///   divide the outputs, the bias has another number of elements, or the settings are not
  ///   supported.
  static let convolution: Conversion = { node, graph in
    guard let (shape, scalars) = try graph.floats(1, of: node),
      shape.count == 3 || shape.count == 4,
      shape.allSatisfy({ $0 > 0 })
    else {
      throw node.bad(
        "only one- and two-dimensional convolutions with constant weights are supported")
    }
    let x = try graph.image(
      try graph.value(0, of: node), for: node, windows: shape.count - 2)
    let groups = node.integer("group", default: 1)
    guard 1...shape[0] ~= groups, shape[0] % groups == 0 else {
      throw node.bad(
        "\(groups) groups with dilations \(node.integers("dilations") ?? [1, 1]) for a "
          + "weight \(shape)")
    }
    let window = try ONNXWindow(&node, kernel: Array(shape[2...]), on: x.shape)
    let bias = try graph.floats(2, of: node)?.scalars ?? [Float](repeating: 0, count: shape[0])
    guard bias.count == shape[0] else { throw node.bad("the bias has \(bias.count) elements") }
    let layout = KernelLayout(groups: groups, dilation: window.dilation)
    let full = Array(shape[..<2]) + window.kernel
    try checkSize(full, layout, node)
    let output = try window.apply(to: x, node, &graph, padding: "constant") { geometry in
      Convolution(
        weight: Tensor(shape: full, scalars), bias: Tensor(shape: [shape[0]], bias),
        geometry: geometry, layout: layout)
    }
    graph.alias(window.finished(output, graph), for: node)
  }

  /// Refuses a convolution whose kernel is too large when written without groups and gaps, as
  /// bounds need it (``KernelLayout``).
  ///
  /// - Parameter weight: The shape [O, C/groups, kh, kw].
  /// - Throws: ``FormatError`` where that kernel has more than ``ONNXNode/scalarLimit`` scalars.
  static func checkSize(
    _ weight: [Int], _ layout: KernelLayout, _ node: ONNXNode
  ) throws {
    let extents = zip(weight[2...], layout.dilation).map { ($0 - 1) * $1 + 1 }
    let channels = weight[1].multipliedReportingOverflow(by: layout.groups)
    let count = ONNXTensorReader.count(of: [weight[0], channels.partialValue] + extents)
    guard !channels.overflow, let count, count <= ONNXNode.scalarLimit else {
      throw node.bad("a kernel of \(extents) for \(layout.groups) groups is too large")
    }
  }

  /// AveragePool: the mean over each window.
  ///
  /// With `count_include_pad` 0, the default, only scalars of the image count; with 1 the zeros of
  /// the pads do as well, though never the rows and columns that windows stick out into with
  /// `ceil_mode`. Equal pads are left to the layer. Otherwise zeros are put around the image, the
  /// pool counts all places, and each mean is multiplied by all places over the places that count.
  /// Dilations, which opset 19 allows, are refused.
  static let averagePool: Conversion = { node, graph in
    let countsPadding = node.integer("count_include_pad", default: 0) == 1
    let (x, window) = try poolWindow(&node, &graph)
    guard window.dilation == [1, 1] else { throw node.bad("dilations are not supported") }
    var output = try window.apply(to: x, node, &graph, padding: "constant") { geometry in
      AveragePool(window.pooling(geometry), countsPadding: countsPadding || !window.isEven)
    }
    if !window.isEven {
      // The layer's scalars lie by position, then channel, but `scaleAndShift` wants factors in
      // ONNX's order, one image for each channel.
      let factors = window.shares(of: x.shape, countsPadding: countsPadding)
      let all = (0..<output.count).map { factors[$0 % factors.count] }
      output = try graph.scaleAndShift(output, all, all.map { _ in 0 }, for: node)
    }
    graph.alias(window.finished(output, graph), for: node)
  }

  /// MaxPool: the maximum of each window.
  ///
  /// Pads never win. Where they are unequal, they are filled with the image's outermost scalars,
  /// which does not change a maximum: every window that reaches a repeated scalar has the scalar
  /// itself. Windows with gaps, which opset 10 allows, do not have that property and are gathered
  /// tap by tap. The second output, the places of the maxima, is no continuous function and is
  /// refused, and so is `storage_order` 1, which concerns that output.
  static let maxPool: Conversion = { node, graph in
    guard node.integer("storage_order", default: 0) == 0,
      node.proto.output.dropFirst().allSatisfy(\.isEmpty)
    else { throw node.bad("indices of the maxima are not supported") }
    let (x, window) = try poolWindow(&node, &graph)
    let output =
      window.dilation == [1, 1]
      ? try window.apply(to: x, node, &graph, padding: "edge") { MaxPool(window.pooling($0)) }
      : try graph.gappedMaxPool(x, window, node)
    graph.alias(window.finished(output, graph), for: node)
  }

  /// Returns the input of a pool as an image, and the geometry of its windows.
  ///
  /// - Throws: ``FormatError`` where `kernel_shape` is missing or has more than two axes, or a pad
  ///   is as large as the window, so that a window could hold nothing of the image.
  private static func poolWindow(
    _ node: inout ONNXNode, _ graph: inout ONNXGraph
  ) throws -> (ONNXGraph.Value, ONNXWindow) {
    guard let kernel = node.integers("kernel_shape"), kernel.count == 1 || kernel.count == 2 else {
      throw node.bad("needs a kernel_shape of one or two axes")
    }
    let x = try graph.image(
      try graph.value(0, of: node), for: node, windows: kernel.count)
    let window = try ONNXWindow(&node, kernel: kernel, on: x.shape, mayRoundUp: true)
    guard (0..<4).allSatisfy({ window.pads[$0] < window.extent($0 % 2) }) else {
      throw node.bad("pads \(window.pads) must be smaller than the window \(kernel)")
    }
    return (x, window)
  }
}

/// Means over windows that stick out.
extension ONNXWindow {
  /// Returns, for each window of an image, what the mean over all its places, zeros outside
  /// included, has to be multiplied by to become the mean over the places that count.
  ///
  /// - Parameters:
  ///   - image: The input's shape [H, W, C].
  ///   - countsPadding: Whether places of the pads count.
  /// - Returns: A factor for each window, row by row; channels have the same.
  fileprivate func shares(of image: [Int], countsPadding: Bool) -> [Float] {
    /// How many places of each window along an axis count. The window is cut off at the ends of
    /// what counts.
    func counts(_ axis: Int) -> [Int] {
      let (low, high) =
        countsPadding ? (-pads[axis], image[axis] + pads[axis + 2]) : (0, image[axis])
      return (0..<outputExtent(axis, image)).map { position in
        let start = position * strides[axis] - pads[axis]
        return min(start + kernel[axis], high) - max(start, low)
      }
    }
    let all = Float(kernel[0] * kernel[1])
    return counts(0).flatMap { rows in counts(1).map { all / Float(rows * $0) } }
  }
}

/// Pools that no layer computes directly.
extension ONNXGraph {
  /// Adds maxima over windows with gaps.
  ///
  /// A ``Rearrangement`` stacks the taps: row t of its result holds tap t of all windows, in the
  /// order of the output. A ``MaxPool`` over the rows then takes the maximum of each window. A tap
  /// outside of the image repeats one of the window that is inside, which leaves the maximum as it
  /// is.
  ///
  /// - Throws: ``FormatError`` where a window lies outside of the image altogether, or the stack is
  ///   larger than 2²² scalars.
  fileprivate mutating func gappedMaxPool(
    _ x: Value, _ window: ONNXWindow, _ node: ONNXNode
  ) throws -> Value {
    let image = x.shape
    let output = [window.outputExtent(0, image), window.outputExtent(1, image), image[2]]
    let taps = window.kernel[0] * window.kernel[1]
    guard let count = ONNXTensorReader.count(of: [taps] + output), count <= 1 << 22 else {
      throw node.bad("of \(image) by \(taps) taps is too large")
    }
    /// The places along an axis that a window has. For those outside the first one inside is taken
    /// instead.
    func places(_ axis: Int, _ position: Int) throws -> [Int] {
      let start = position * window.strides[axis] - window.pads[axis]
      let all = (0..<window.kernel[axis]).map { start + $0 * window.dilation[axis] }
      guard let inside = all.first(where: { 0..<image[axis] ~= $0 }) else {
        throw node.bad("has a window that lies outside of its input \(image)")
      }
      return all.map { 0..<image[axis] ~= $0 ? $0 : inside }
    }
    let rows = try (0..<output[0]).map { try places(0, $0) }
    let columns = try (0..<output[1]).map { try places(1, $0) }
    let sources = (0..<taps).flatMap { tap in
      IndexSequence(output).map { index -> Int32 in
        let row = rows[index[0]][tap / window.kernel[1]]
        let column = columns[index[1]][tap % window.kernel[1]]
        return Int32((row * image[1] + column) * image[2] + index[2])
      }
    }
    let size = output.reduce(1, *)
    let layer = Rearrangement(
      from: image, to: [taps, 1, size], by: IndexMap(sources, from: x.count))
    let stacked = try append(layer, to: [x], for: node, axes: [taps, 1, size])
    let pool = MaxPool(PoolingWindow(height: taps, width: 1, ConvolutionGeometry()))
    return try append(
      pool, to: [stacked], for: node, axes: [output[2], output[0], output[1]], image: output)
  }
}
