import Networks
import Tensors

/// ConvTranspose, as zeros between the scalars and around them and then a convolution by the kernel
/// turned round.
///
/// A transposed convolution adds, for every scalar of its input, the kernel times that scalar to
/// the output, each shifted by the stride. Seen from the output, this is an ordinary convolution of
/// stride 1 over the input with stride − 1 zeros between its scalars, by the kernel mirrored in
/// both axes. It costs multiplications by zeros, but needs no layer and no bound rule for itself.
extension ONNXOperators {
  /// ConvTranspose of images and sequences by a constant weight [C, O/groups, kh, kw].
  ///
  /// The attributes are those of Conv, with `output_padding`, which adds rows and columns at the
  /// end, and `output_shape`, from which the pads are computed; a bias is optional. It becomes a
  /// ``Rearrangement`` and a ``Convolution``.
  ///
  /// - Throws: ``FormatError`` where the weight is computed or fits neither channels nor groups,
  ///   for impossible settings, and where kernel or result become too large.
  static let transposedConvolution: Conversion = { node, graph in
    guard let (given, scalars) = try graph.floats(1, of: node),
      given.count == 3 || given.count == 4,
      given.allSatisfy({ $0 > 0 })
    else {
      throw node.bad("is supported for images and sequences with constant weights only")
    }
    let x = try graph.image(
      try graph.value(0, of: node), for: node, windows: given.count - 2)
    let plan = try TransposedWindow(&node, weight: given, on: x.shape)
    let outputs = plan.weight[1] * plan.groups
    let bias = try graph.floats(2, of: node)?.scalars ?? [Float](repeating: 0, count: outputs)
    guard bias.count == outputs, plan.weight[0] == x.shape[2] else {
      throw node.bad("a weight \(given) and \(bias.count) biases for \(x.shape[2]) channels")
    }
    let layout = KernelLayout(groups: plan.groups, dilation: plan.dilation)
    let weight = plan.turned(scalars)
    try checkSize(weight.shape, layout, node)
    let spread = try plan.spread(x, node, &graph)
    let layer = Convolution(
      weight: weight, bias: Tensor(shape: [outputs], bias), geometry: ConvolutionGeometry(),
      layout: layout)
    let shape = try graph.outputShape(of: layer, for: spread, node)
    let axes = given.count == 3 ? [shape[2], shape[1]] : [shape[2], shape[0], shape[1]]
    let output = try graph.append(
      layer, to: [spread], for: node, axes: graph.withCore(axes), image: shape)
    graph.alias(output, for: node)
  }
}

/// The geometry of a transposed convolution. All lists have two numbers, for height and width; a
/// sequence has a height of 1.
private struct TransposedWindow {
  /// The shape of the weight, [C, O/groups, kh, kw].
  let weight: [Int]
  /// The number of groups into which the channels are split, each of which sees its own part of the
  /// input.
  let groups: Int
  /// The distance of neighbouring scalars of the input in the output.
  let strides: [Int]
  /// The distance of neighbouring taps of the kernel.
  let dilation: [Int]
  /// Zeros in front of the spread scalars; negative numbers cut off.
  let before: [Int]
  /// Zeros behind the spread scalars; negative numbers cut off.
  let after: [Int]

  /// Reads the settings of a node.
  ///
  /// For the input's extent n, stride s, kernel k, dilation d and output padding e, the output has
  /// s·(n − 1) + (k − 1)·d + 1 + e places less the pads. Pads are given, or computed such that the
  /// output has the extents `output_shape`, or n·s for `auto_pad` SAME_UPPER and SAME_LOWER. If
  /// their total is odd, the larger half is cut off behind for SAME_UPPER and in front otherwise.
  /// `auto_pad` VALID is refused.
  ///
  /// In the convolution by the mirrored kernel, the first output sees (k − 1)·d places in front of
  /// the first scalar. Zeros stand there, fewer by the pad.
  ///
  /// - Parameters:
  ///   - given: The weight's shape, of three or four axes.
  ///   - image: The input's shape [H, W, C].
  init(_ node: inout ONNXNode, weight given: [Int], on image: [Int]) throws {
    let rank = given.count - 2
    /// Numbers for one axis as numbers for two, with `first` for the height of a sequence.
    func two(_ values: [Int], _ first: Int) -> [Int] { rank == 1 ? [first] + values : values }
    groups = node.integer("group", default: 1)
    let ones = [Int](repeating: 1, count: rank)
    let kernel = node.integers("kernel_shape") ?? Array(given[2...])
    let strides = node.integers("strides") ?? ones
    let dilation = node.integers("dilations") ?? ones
    let pads = node.integers("pads") ?? [Int](repeating: 0, count: 2 * rank)
    let behind = node.integers("output_padding") ?? ones.map { _ in 0 }
    let automatic = node.text("auto_pad") ?? "NOTSET"
    let wanted = node.integers("output_shape")
    guard groups >= 1, given[0] % groups == 0, kernel == Array(given[2...]) else {
      throw node.bad("\(groups) groups for a weight \(given)")
    }
    guard strides.count == rank, dilation.count == rank, pads.count == 2 * rank,
      behind.count == rank, strides.allSatisfy({ 1...1024 ~= $0 }),
      dilation.allSatisfy({ 1...1024 ~= $0 }), (pads + behind).allSatisfy({ 0...(1 << 16) ~= $0 })
    else {
      throw node.bad("strides \(strides), dilations \(dilation), pads \(pads) and \(behind)")
    }
    let (size, steps, gaps) = (two(kernel, 1), two(strides, 1), two(dilation, 1))
    self.weight = Array(given[..<2]) + size
    (self.strides, self.dilation) = (steps, gaps)
    let (reach, more) = (zip(size, gaps).map { ($0 - 1) * $1 }, two(behind, 0))
    let full = (0..<2).map { (axis: Int) -> Int in
      steps[axis] * (image[axis] - 1) + reach[axis] + 1 + more[axis]
    }
    var (first, last) = (two(Array(pads[..<rank]), 0), two(Array(pads[rank...]), 0))
    if automatic != "NOTSET" || wanted != nil {
      let scaled = zip(image, steps).map(*)
      let target = wanted.map { two(Array($0.suffix(rank)), 1) } ?? scaled
      guard automatic != "VALID", target.count == 2 else { throw node.bad("auto_pad VALID") }
      // May be negative where `output_shape` is larger than the output without pads; then zeros are
      // added.
      let totals = zip(full, target).map(-)
      let small = totals.map { $0 / 2 }
      let large = zip(totals, small).map(-)
      (first, last) = automatic == "SAME_UPPER" ? (small, large) : (large, small)
    }
    before = zip(reach, first).map(-)
    after = zip(zip(reach, last).map(-), more).map(+)
  }

  /// Returns the weight [O, C/groups, kh, kw] of the convolution: taps in the other order along
  /// both axes, channels of input and output exchanged within each group.
  ///
  /// - Parameter scalars: The weight of the file, in the order of ``weight``.
  func turned(_ scalars: [Float]) -> Tensor {
    let (inputs, outputs) = (weight[0] / groups, weight[1])
    let (height, width) = (weight[2], weight[3])
    let shape = [outputs * groups, inputs, height, width]
    return Tensor(
      shape: shape,
      IndexSequence(shape).map { index in
        let (group, output) = (index[0] / outputs, index[0] % outputs)
        let row = (group * inputs + index[1]) * outputs + output
        return scalars[(row * height + height - 1 - index[2]) * width + width - 1 - index[3]]
      })
  }

  /// Returns an image with zeros between its scalars and around them, as one ``Rearrangement`` with
  /// fill 0.
  ///
  /// - Throws: ``FormatError`` where the pads cut off everything, or the result is too large.
  func spread(
    _ x: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value {
    let image = x.shape
    let (strides, before, after) = (strides, before, after)
    let extents = (0..<2).map { (axis: Int) -> Int in
      strides[axis] * (image[axis] - 1) + 1 + before[axis] + after[axis]
    }
    guard extents.allSatisfy({ $0 > 0 }) else { throw node.bad("gives nothing of \(image)") }
    let whole = graph.reshaped(x, to: [image[2], image[0], image[1]])
    return try graph.rearrange(
      whole, to: [image[2]] + extents, for: node, isImage: true
    ) { index in
      var place = [index[0]]
      for axis in 0..<2 {
        let position = index[axis + 1] - before[axis]
        guard position >= 0, position % strides[axis] == 0,
          position / strides[axis] < image[axis]
        else { return nil }
        place.append(position / strides[axis])
      }
      return place
    }
  }
}
