import Networks
import Tensors

/// The geometry of an operator on windows: Conv, AveragePool and MaxPool.
///
/// ONNX allows each of height and width a stride, a dilation and two pads. Layers here know one
/// stride and one padding for all sides. ``apply(to:_:_:padding:_:)`` bridges the difference:
/// unequal pads become a padding in front of the layer, unequal strides a layer of stride 1 and a
/// slice behind it. The results are the same; unequal strides cost the windows that are thrown
/// away.
///
/// A sequence is an image of one row. All lists have height first, then width.
struct ONNXWindow {
  /// The taps of a window down and across.
  let kernel: [Int]
  /// The distance of neighbouring windows.
  let strides: [Int]
  /// The distance of neighbouring taps of a window; 1 if they lie side by side.
  let dilation: [Int]
  /// How many rows and columns are added to the image: top, left, bottom, right, as ONNX orders
  /// them.
  let pads: [Int]
  /// Rows and columns behind the pads into which the last windows stick out (`ceil_mode`).
  private(set) var excess = [0, 0]
  /// Whether the operator has windows of one axis, on sequences [C, W].
  let isSequence: Bool

  /// Reads the settings of a node.
  ///
  /// ONNX's defaults are strides and dilations of 1 and pads of 0. `auto_pad`, which ONNX has
  /// deprecated but exporters still write, replaces `pads`: VALID means none, SAME_UPPER and
  /// SAME_LOWER as many as give one window for every stride. `ceil_mode` (pools, from opset 10 on)
  /// rounds the number of windows up instead of down.
  ///
  /// - Parameters:
  ///   - kernel: The extents of the operator's windows, for one or two axes.
  ///   - image: The input's shape [H, W, C].
  ///   - mayRoundUp: Whether the operator has `ceil_mode`.
  /// - Throws: ``FormatError`` for lists of another length, numbers out of range, a `kernel_shape`
  ///   that is not the weight's, and an image that is smaller than a window.
  init(
    _ node: inout ONNXNode, kernel: [Int], on image: [Int], mayRoundUp: Bool = false
  ) throws {
    let rank = kernel.count
    isSequence = rank == 1
    let given = node.integers("kernel_shape") ?? kernel
    let strides = node.integers("strides") ?? kernel.map { _ in 1 }
    let dilation = node.integers("dilations") ?? kernel.map { _ in 1 }
    let automatic = node.text("auto_pad") ?? "NOTSET"
    let pads = node.integers("pads") ?? [Int](repeating: 0, count: 2 * rank)
    guard given == kernel, kernel.allSatisfy({ 1...(1 << 16) ~= $0 }) else {
      throw node.bad("kernel_shape \(given) is not that of the weight")
    }
    guard strides.count == rank, strides.allSatisfy({ 1...(1 << 16) ~= $0 }) else {
      throw node.bad("strides \(strides) are not supported")
    }
    guard dilation.count == rank, dilation.allSatisfy({ 1...1024 ~= $0 }) else {
      throw node.bad("with dilations \(dilation) is not supported")
    }
    guard pads.count == 2 * rank, pads.allSatisfy({ 0...(1 << 16) ~= $0 }) else {
      throw node.bad("pads \(pads) are not supported")
    }
    // In the one row of a sequence any stride leads from the first window to no other.
    self.kernel = rank == 1 ? [1] + kernel : kernel
    self.strides = rank == 1 ? [strides[0], strides[0]] : strides
    self.dilation = rank == 1 ? [1] + dilation : dilation
    switch automatic {
    case "NOTSET", "": self.pads = rank == 1 ? [0, pads[0], 0, pads[1]] : pads
    case "VALID": self.pads = [0, 0, 0, 0]
    case "SAME_UPPER", "SAME_LOWER":
      self.pads = Self.same(
        image, self.kernel, self.strides, self.dilation, isUpper: automatic == "SAME_UPPER")
    default: throw node.bad("auto_pad \(automatic) is not supported")
    }
    if mayRoundUp, node.integer("ceil_mode", default: 0) == 1 { roundUp(image) }
    for axis in 0..<2 where outputExtent(axis, image) < 1 {
      throw node.bad(
        "needs images that hold a \(extent(0))×\(extent(1)) window, but its input is \(image)")
    }
  }

  /// Returns the pads of `auto_pad` SAME: those that let the output have ⌈extent/stride⌉ windows.
  ///
  /// - Parameter isUpper: Whether, if their number is odd, the larger half is behind the image.
  private static func same(
    _ image: [Int], _ kernel: [Int], _ strides: [Int], _ dilation: [Int], isUpper: Bool
  ) -> [Int] {
    let totals = (0..<2).map { axis in
      let extent = (kernel[axis] - 1) * dilation[axis] + 1
      let outputs = (image[axis] + strides[axis] - 1) / strides[axis]
      return max((outputs - 1) * strides[axis] + extent - image[axis], 0)
    }
    let small = totals.map { $0 / 2 }
    let large = zip(totals, small).map { $0 - $1 }
    return isUpper ? small + large : large + small
  }

  /// Lets the last windows stick out, but none that begins behind the image and the pad in front of
  /// it, as PyTorch and later opsets define `ceil_mode`.
  private mutating func roundUp(_ image: [Int]) {
    for axis in 0..<2 {
      let room = image[axis] + pads[axis] + pads[axis + 2] - extent(axis)
      guard room >= 0 else { continue }
      var steps = (room + strides[axis] - 1) / strides[axis]
      if steps * strides[axis] >= image[axis] + pads[axis] { steps -= 1 }
      excess[axis] = max(steps * strides[axis] - room, 0)
    }
  }

  /// Returns the rows (axis 0) or columns (axis 1) that a window spans, gaps included.
  func extent(_ axis: Int) -> Int { (kernel[axis] - 1) * dilation[axis] + 1 }

  /// Returns the number of windows down (axis 0) or across (axis 1), 0 where none fits.
  func outputExtent(_ axis: Int, _ image: [Int]) -> Int {
    let room = image[axis] + pads[axis] + pads[axis + 2] + excess[axis] - extent(axis)
    return room < 0 ? 0 : room / strides[axis] + 1
  }

  /// Whether all pads are equal and no window sticks out, so that a layer's own padding will do.
  var isEven: Bool { Set(pads).count == 1 && excess == [0, 0] }

  /// Returns the window of a pool with the given stride and padding.
  func pooling(_ geometry: ConvolutionGeometry) -> PoolingWindow {
    PoolingWindow(height: kernel[0], width: kernel[1], geometry)
  }

  /// Adds the layer that `make` gives for a geometry, and what surrounds it.
  ///
  /// Layers have one stride for both directions and one padding for all sides. Other pads become a
  /// padding in front, with which the layer itself has none. Other strides become a layer of stride
  /// 1 and a slice of its windows behind.
  ///
  /// - Parameters:
  ///   - x: An image [H, W, C].
  ///   - mode: What stands in a padding in front: "constant" for zeros, or a mode of
  ///     ``ONNXGraph/padded(_:before:after:mode:isImage:for:)``.
  ///   - make: Makes the layer for a stride and a padding.
  /// - Returns: An image with axes [C, H, W], whatever axes `x` has; see ``finished(_:_:)``.
  /// - Throws: ``FormatError`` where the padded image is too large, or the layer does not take it.
  func apply(
    to x: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph, padding mode: String,
    _ make: (ConvolutionGeometry) -> any Layer
  ) throws -> ONNXGraph.Value {
    let ends = [pads[2] + excess[0], pads[3] + excess[1]]
    let padded = zip(x.shape, [pads[0] + ends[0], pads[1] + ends[1], 0]).map(+)
    guard ONNXTensorReader.count(of: padded) ?? .max <= ONNXNode.scalarLimit else {
      throw node.bad("pads its input to \(padded), which is too large")
    }
    var input = x
    if !isEven {
      // As [C, H, W], which an image of one row may not have.
      let whole = graph.reshaped(x, to: [x.shape[2], x.shape[0], x.shape[1]])
      let (before, after) = ([0, pads[0], pads[1]], [0] + ends)
      input =
        mode == "constant"
        ? try graph.padded(whole, before: before, after: after, isImage: true, for: node)
        : try graph.padded(
          whole, before: before, after: after, mode: mode, isImage: true, for: node)
    }
    let isSquare = strides[0] == strides[1]
    let layer = make(
      ConvolutionGeometry(stride: isSquare ? strides[0] : 1, padding: isEven ? pads[0] : 0))
    let shape = try graph.outputShape(of: layer, for: input, node)
    var output = try graph.append(
      layer, to: [input], for: node, axes: [shape[2], shape[0], shape[1]], image: shape)
    if !isSquare {
      let steps = [1] + strides
      let counts = zip(output.axes, steps).map { ($0 - 1) / $1 + 1 }
      output = try graph.rearrange(output, to: counts, for: node, isImage: true) {
        zip($0, steps).map(*)
      }
    }
    return output
  }

  /// Returns an output [C, H, W] with the axes that the operator gives, which are [C, W] for a
  /// sequence, and have a first one of 1 where the graph has no batch.
  func finished(_ x: ONNXGraph.Value, _ graph: ONNXGraph) -> ONNXGraph.Value {
    graph.reshaped(x, to: graph.withCore(isSequence ? [x.axes[0], x.axes[2]] : x.axes))
  }
}

/// Shapes of layers before they are added.
extension ONNXGraph {
  /// Returns the shape of a layer's output for a value.
  ///
  /// - Throws: ``FormatError`` where the layer does not take the value's shape.
  func outputShape(of layer: any Layer, for x: Value, _ node: ONNXNode) throws -> [Int] {
    do { return try layer.outputShape(for: x.shape) } catch {
      throw node.bad("needs \(error.expected), but its input is \(error.found)")
    }
  }
}
