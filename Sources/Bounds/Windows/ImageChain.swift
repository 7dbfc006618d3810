import Networks
import Tensors

/// The way from the input to an image-shaped value, where it is one chain of convolutions, channel
/// maps and ReLUs: a part of the network that can be cut down to windows.
///
/// Full CROWN carries rows for each undecided neuron. Behind a few convolutions a neuron depends on
/// a small window of each value, and its rows are 0 elsewhere. So neurons of a few positions are
/// bounded in a network of these windows: the same layers without padding, on intervals cut out of
/// those of the whole. The bounds are the same, at a fraction of the cost; a plan of the windows
/// and their regions make an ordinary ``Bounding``.
///
/// Padding is brought along by the windows: what stands outside the image has to be 0 in front of a
/// convolution. For the input it is. Behind a ReLU it is as well, if the interval in front of the
/// ReLU is put at −1 there. Ways of another kind (skips, other activations) have no chain, and
/// their rows go over whole values.
struct ImageChain {
  /// A layer of the chain and the value that it reads.
  fileprivate struct Link {
    let step: BoundPlan.Step
    var input: Int { step.inputs[0] }
    /// [height, width, channels] of that value.
    var shape: [Int] { step.inputShapes[0] }
    /// The layer on windows, which bring along what padding adds.
    let layer: any BoundedLayer
    /// Rows and columns of zeros that a convolution adds on each side; 0 for other layers.
    let padding: Int

    /// Returns the window of its input that the layer reads for a window of its output.
    func read(for window: ImageWindow) -> ImageWindow {
      guard let layer = layer as? Convolution else { return window }
      return window.read(
        by: Array(layer.weight.shape.suffix(2)), stride: layer.geometry.stride, padding: padding)
    }
  }

  /// The bounds of the whole network, whose intervals are cut.
  private let whole: Bounding
  /// The layers from the input's side to the value. Channel maps in front of all others are left
  /// out where the input is a box, whose image under them is known.
  private let links: [Link]
  /// The shape of the value that the chain leads to, [height, width, channels].
  private let shape: [Int]

  /// Finds the chain that leads to a value; nil where the way is another.
  ///
  /// - Parameters:
  ///   - whole: Bounds of the network, with regions of all values on the way.
  ///   - value: The number of the value.
  init?(_ whole: Bounding, to value: Int) {
    var links: [Link] = []
    var next = value
    while next > 0 {
      guard let link = Link(whole.plan.steps[next - 1]) else { return nil }
      links.insert(link, at: 0)
      next = link.input
    }
    // A box passes channel maps as it is.
    if case .box = whole.regions[0] { links = Array(links.drop { $0.layer is any ChannelMap }) }
    // Outside an image are zeros, for the input and behind a ReLU of what windows have there.
    let isZeroOutside = links.indices.dropFirst().allSatisfy {
      links[$0].padding == 0 || links[$0 - 1].layer is ReLU
    }
    guard isZeroOutside, let last = links.last else { return nil }
    self.whole = whole
    self.links = links
    shape = last.step.outputShape
  }

  /// Makes bounds of a window of the value alone: those of a network that ends with it.
  ///
  /// - Returns: A bounding whose last layer makes the window, [batch, rows, columns, channels].
  func bounds(at window: ImageWindow) -> Bounding {
    let windows = self.windows(for: window) + [window]
    let shapes = zip(windows, links.map(\.shape) + [shape]).map { $0.shape(channels: $1[2]) }
    var steps: [BoundPlan.Step] = []
    var regions: [Region] = []
    func append(
      _ layer: any BoundedLayer, _ path: String, from input: [Int], to output: [Int],
      _ outward: OutwardStep?
    ) {
      steps.append(
        BoundPlan.Step(
          path: path, layer: layer, inputs: [steps.count], inputShapes: [input],
          outputShape: output, outward: outward))
    }
    let start = whole.regions[links[0].input]
    if case .ball = start {
      // All coordinates share ε, and outside the image there is none: a layer takes the window.
      let layer = Rearrangement(
        from: links[0].shape, to: shapes[0], by: windows[0].map(in: links[0].shape))
      append(
        layer, "window", from: links[0].shape, to: shapes[0],
        whole.isOutward ? .affine(layer, .none) : nil)
      regions.append(start)
    }
    for (index, link) in links.enumerated() {
      append(
        link.layer, link.step.path, from: shapes[index], to: shapes[index + 1],
        whole.isOutward ? link.step.outward?.of(link.layer) : nil)
      regions.append(
        .box(
          whole.regions[link.input].box.cropped(
            to: windows[index], of: link.shape, fill: link.layer is ReLU ? -1 : 0)))
    }
    return Bounding(BoundPlan(steps), regions)
  }

  /// Returns the share of the scalars before the value that a window depends on, between 0 and 1,
  /// or a little above where windows reach over the edges.
  func share(of window: ImageWindow) -> Double {
    let whole = links.reduce(0) { $0 + $1.shape.reduce(1, *) }
    let part = zip(windows(for: window), links).reduce(0) { $0 + $1.0.area * $1.1.shape[2] }
    return Double(part) / Double(max(whole, 1))
  }

  /// Returns the window that each layer of the chain reads, in the layers' order, for a window of
  /// the value.
  private func windows(for window: ImageWindow) -> [ImageWindow] {
    var windows: [ImageWindow] = []
    for link in links.reversed() { windows.append(link.read(for: windows.last ?? window)) }
    return windows.reversed()
  }
}

extension ImageChain.Link {
  /// Makes a link of a layer; nil for one that does not keep positions apart, or whose output
  /// outside the image is not known to be 0 where it has to be.
  fileprivate init?(_ step: BoundPlan.Step) {
    guard step.inputs.count == 1, step.inputShapes[0].count == 3, step.outputShape.count == 3
    else { return nil }
    switch step.layer {
    case let layer as Convolution:
      let plain = Convolution(
        weight: layer.kernel, bias: layer.bias,
        geometry: ConvolutionGeometry(stride: layer.geometry.stride))
      self.init(step: step, layer: plain, padding: layer.geometry.padding)
    case is ReLU, is any ChannelMap: self.init(step: step, layer: step.layer, padding: 0)
    default: return nil
    }
  }
}

extension Interval {
  /// Returns the intervals of a window of images [height, width, channels]; outside the image they
  /// are the point `fill`.
  fileprivate func cropped(to window: ImageWindow, of shape: [Int], fill: Float) -> Interval {
    let (map, extents) = (window.map(in: shape), window.shape(channels: shape[2]))
    return Interval(
      center: rearranged(center, by: map, to: extents, fill: fill),
      radius: rearranged(radius, by: map, to: extents, fill: 0))
  }
}
