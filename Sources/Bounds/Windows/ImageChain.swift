import Networks
import Tensors

/// The way from the input to an image-shaped value, where it is one chain of convolutions, channel
/// maps and ReLUs. A few positions of the value depend on a window of each value before it, and
/// bounds of theirs need no more than these windows.
struct ImageChain {
  /// A layer and the value that it reads.
  fileprivate struct Link {
    let step: BoundPlan.Step
    var input: Int { step.inputs[0] }
    /// [height, width, channels] of that value.
    var shape: [Int] { step.inputShapes[0] }
    /// The layer on windows, which bring along what padding adds.
    let layer: any BoundedLayer
    /// Of a convolution; else 0.
    let padding: Int

    /// What the layer reads for a window of its output.
    func read(for window: ImageWindow) -> ImageWindow {
      guard let layer = layer as? Convolution else { return window }
      return window.read(
        by: Array(layer.weight.shape.suffix(2)), stride: layer.geometry.stride, padding: padding)
    }
  }

  private let whole: Bounding
  private let links: [Link]
  /// Of the value.
  private let shape: [Int]

  /// Nil where the way is another.
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

  /// Bounds of a window of the value alone: those of a network that ends with it.
  func bounds(at window: ImageWindow) -> Bounding {
    let windows = self.windows(for: window) + [window]
    let shapes = zip(windows, links.map(\.shape) + [shape]).map { $0.shape(channels: $1[2]) }
    var steps: [BoundPlan.Step] = []
    var regions: [Region] = []
    func append(_ layer: any BoundedLayer, _ path: String, from input: [Int], to output: [Int]) {
      steps.append(
        BoundPlan.Step(
          path: path, layer: layer, inputs: [steps.count], inputShapes: [input],
          outputShape: output))
    }
    let start = whole.regions[links[0].input]
    if case .ball = start {
      // All coordinates share ε, and outside the image there is none: a layer takes the window.
      let layer = Rearrangement(
        from: links[0].shape, to: shapes[0], by: windows[0].map(in: links[0].shape))
      append(layer, "window", from: links[0].shape, to: shapes[0])
      regions.append(start)
    }
    for (index, link) in links.enumerated() {
      append(link.layer, link.step.path, from: shapes[index], to: shapes[index + 1])
      regions.append(
        .box(
          whole.regions[link.input].box.cropped(
            to: windows[index], of: link.shape, fill: link.layer is ReLU ? -1 : 0)))
    }
    return Bounding(BoundPlan(steps), regions)
  }

  /// The share of the scalars before the value that a window depends on.
  func share(of window: ImageWindow) -> Double {
    let whole = links.reduce(0) { $0 + $1.shape.reduce(1, *) }
    let part = zip(windows(for: window), links).reduce(0) { $0 + $1.0.area * $1.1.shape[2] }
    return Double(part) / Double(max(whole, 1))
  }

  /// What each layer reads.
  private func windows(for window: ImageWindow) -> [ImageWindow] {
    var windows: [ImageWindow] = []
    for link in links.reversed() { windows.append(link.read(for: windows.last ?? window)) }
    return windows.reversed()
  }
}

extension ImageChain.Link {
  /// Nil for a layer that does not keep positions apart or does not end at 0.
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
  /// The window of an image [height, width, channels], with a constant outside.
  fileprivate func cropped(to window: ImageWindow, of shape: [Int], fill: Float) -> Interval {
    let (map, extents) = (window.map(in: shape), window.shape(channels: shape[2]))
    return Interval(
      center: rearranged(center, by: map, to: extents, fill: fill),
      radius: rearranged(radius, by: map, to: extents, fill: 0))
  }
}
