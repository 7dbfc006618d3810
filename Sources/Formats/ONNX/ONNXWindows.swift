import Networks
import Tensors

/// Operators on windows of images: Conv, AveragePool, MaxPool and the pools of whole images.
extension ONNXOperators {
  static let convolution: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard let (shape, scalars) = try graph.floats(1, of: node), shape.count == 4,
      shape.allSatisfy({ $0 > 0 }), x.shape.count == 3
    else { throw node.bad("only two-dimensional convolutions with constant weights are supported") }
    let dilation = node.integers("dilations") ?? [1, 1]
    let groups = node.integer("group", default: 1)
    guard dilation.count == 2, dilation.allSatisfy({ 1...1024 ~= $0 }),
      1...shape[0] ~= groups, shape[0] % groups == 0
    else { throw node.bad("\(groups) groups with dilations \(dilation) for a weight \(shape)") }
    let window = try Window(&node, kernel: Array(shape[2...]), dilation: dilation, on: x)
    let bias = try graph.floats(2, of: node)?.scalars ?? [Float](repeating: 0, count: shape[0])
    guard bias.count == shape[0] else { throw node.bad("the bias has \(bias.count) elements") }
    let layout = KernelLayout(groups: groups, dilation: dilation)
    try checkSize(shape, layout, node)
    try window.apply(to: x, node, &graph) { geometry in
      Convolution(
        weight: Tensor(shape: shape, scalars), bias: Tensor(shape: [shape[0]], bias),
        geometry: geometry, layout: layout)
    }
  }

  /// The kernel without groups and gaps must fit in memory.
  private static func checkSize(
    _ weight: [Int], _ layout: KernelLayout, _ node: ONNXNode
  ) throws {
    let extents = zip(weight[2...], layout.dilation).map { ($0 - 1) * $1 + 1 }
    let channels = weight[1].multipliedReportingOverflow(by: layout.groups)
    let count = ONNXTensorReader.count(of: [weight[0], channels.partialValue] + extents)
    guard !channels.overflow, let count, count <= ONNXNode.scalarLimit else {
      throw node.bad("a kernel of \(extents) for \(layout.groups) groups is too large")
    }
  }

  static let averagePool: Conversion = { node, graph in
    let countsPadding = node.integer("count_include_pad", default: 0) == 1
    let (x, window) = try poolWindow(&node, graph)
    guard countsPadding || window.isEven else {
      throw node.bad("pads \(window.pads) that do not count (count_include_pad 0) must be equal")
    }
    try window.apply(to: x, node, &graph) { geometry in
      AveragePool(window.pooling(geometry), countsPadding: countsPadding)
    }
  }

  static let maxPool: Conversion = { node, graph in
    guard node.integer("storage_order", default: 0) == 0, node.proto.output.count == 1 else {
      throw node.bad("indices of the maxima are not supported")
    }
    let (x, window) = try poolWindow(&node, graph)
    guard window.isEven else { throw node.bad("pads \(window.pads) must be equal") }
    try window.apply(to: x, node, &graph) { MaxPool(window.pooling($0)) }
  }

  private static func poolWindow(
    _ node: inout ONNXNode, _ graph: ONNXGraph
  ) throws -> (ONNXGraph.Value, Window) {
    let x = try graph.value(0, of: node)
    guard let kernel = node.integers("kernel_shape"), kernel.count == 2, x.shape.count == 3 else {
      throw node.bad("needs a kernel_shape of two axes, and images")
    }
    guard (node.integers("dilations") ?? [1, 1]) == [1, 1] else {
      throw node.bad("dilations are not supported")
    }
    let window = try Window(&node, kernel: kernel, dilation: [1, 1], on: x)
    let isCeil = node.integer("ceil_mode", default: 0) == 1
    guard !isCeil || window.fitsEvenly(x) else {
      throw node.bad("ceil_mode where windows stick out is not supported")
    }
    guard window.pads.allSatisfy({ $0 < kernel.min()! }) else {
      throw node.bad("pads \(window.pads) must be smaller than the window \(kernel)")
    }
    return (x, window)
  }

  static let globalAveragePool: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    try graph.add(AveragePool(try whole(x, node)), to: [x], for: node)
  }

  static let globalMaxPool: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    try graph.add(MaxPool(try whole(x, node)), to: [x], for: node)
  }

  /// The mean over height and width.
  static let reduceMean: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let keeps = node.integer("keepdims", default: 1) == 1
    _ = node.integer("noop_with_empty_axes", default: 0)
    guard let axes = try axes(&node, graph, rank: x.shape.count + 1), axes.sorted() == [2, 3] else {
      throw node.bad("is supported over height and width only")
    }
    let pooled = try graph.append(AveragePool(try whole(x, node)), to: [x], for: node)
    graph.alias(keeps ? pooled : try graph.reshape(pooled, to: [x.shape[2]], for: node), for: node)
  }

  private static func whole(_ x: ONNXGraph.Value, _ node: ONNXNode) throws -> PoolingWindow {
    guard x.shape.count == 3 else { throw node.bad("of \(x.shape) is supported for images only") }
    return PoolingWindow(height: x.shape[0], width: x.shape[1], ConvolutionGeometry())
  }
}

/// Strides and pads of an operator. Ours are the same in both directions and on all sides; others
/// become a padding in front, and a slice of the windows behind.
private struct Window {
  let kernel: [Int]
  let strides: [Int]
  /// Top, left, bottom, right.
  let pads: [Int]
  private let dilation: [Int]

  init(
    _ node: inout ONNXNode, kernel: [Int], dilation: [Int], on x: ONNXGraph.Value
  ) throws {
    let given = node.integers("kernel_shape") ?? kernel
    let strides = node.integers("strides") ?? [1, 1]
    let automatic = node.text("auto_pad") ?? "NOTSET"
    let pads = node.integers("pads") ?? [0, 0, 0, 0]
    guard given == kernel, kernel.allSatisfy({ 1...(1 << 16) ~= $0 }) else {
      throw node.bad("kernel_shape \(given) is not that of the weight")
    }
    guard strides.count == 2, strides.allSatisfy({ 1...(1 << 16) ~= $0 }) else {
      throw node.bad("strides \(strides) are not supported")
    }
    guard pads.count == 4, pads.allSatisfy({ 0...(1 << 16) ~= $0 }) else {
      throw node.bad("pads \(pads) are not supported")
    }
    self.kernel = kernel
    self.strides = strides
    self.dilation = dilation
    switch automatic {
    case "NOTSET": self.pads = pads
    case "VALID": self.pads = [0, 0, 0, 0]
    case "SAME_UPPER", "SAME_LOWER":
      let totals = (0..<2).map { axis in
        let extent = (kernel[axis] - 1) * dilation[axis] + 1
        let outputs = (x.shape[axis] + strides[axis] - 1) / strides[axis]
        return max((outputs - 1) * strides[axis] + extent - x.shape[axis], 0)
      }
      let small = totals.map { $0 / 2 }
      let large = zip(totals, small).map { $0 - $1 }
      self.pads = automatic == "SAME_UPPER" ? small + large : large + small
    default: throw node.bad("auto_pad \(automatic) is not supported")
    }
  }

  /// Whether all pads are equal.
  var isEven: Bool { Set(pads).count == 1 }

  func pooling(_ geometry: ConvolutionGeometry) -> PoolingWindow {
    PoolingWindow(height: kernel[0], width: kernel[1], geometry)
  }

  /// Whether the last window ends at the end of the padded image, so that rounding up gives no
  /// more.
  func fitsEvenly(_ x: ONNXGraph.Value) -> Bool {
    (0..<2).allSatisfy { axis in
      let room = x.shape[axis] + pads[axis] + pads[axis + 2] - kernel[axis]
      return room % strides[axis] == 0
    }
  }

  /// Adds the layer that `make` gives for a geometry, and what surrounds it.
  func apply(
    to x: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph,
    _ make: (ConvolutionGeometry) -> any Layer
  ) throws {
    let isSquare = strides[0] == strides[1]
    let padded = zip(x.shape, [pads[0] + pads[2], pads[1] + pads[3], 0]).map(+)
    guard ONNXTensorReader.count(of: padded) ?? .max <= ONNXNode.scalarLimit else {
      throw node.bad("pads its input to \(padded), which is too large")
    }
    let input =
      isEven
      ? x
      : try graph.padded(
        x, before: [0, pads[0], pads[1]], after: [0, pads[2], pads[3]], for: node)
    let layer = make(
      ConvolutionGeometry(stride: isSquare ? strides[0] : 1, padding: isEven ? pads[0] : 0))
    let output = try graph.append(layer, to: [input], for: node)
    guard !isSquare else { return graph.alias(output, for: node) }
    let steps = [1] + strides
    let counts = zip(output.theirShape, steps).map { ($0 - 1) / $1 + 1 }
    graph.alias(
      try graph.rearrange(output, to: counts, for: node) { zip($0, steps).map(*) }, for: node)
  }
}
