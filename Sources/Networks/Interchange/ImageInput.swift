import Tensors

/// Networks that take images in another form than [H, W, C], as those of other frameworks do.
extension Network {
  /// Returns the network for images [H, W, C]: itself, if it takes them; else the same function
  /// with its input put in order.
  ///
  /// Three other inputs are known: vectors of all pixels in the order channels, height, width;
  /// images [H, W] of one channel; and images whose file counts the channels last, which are read
  /// as though the height were the number of channels.
  ///
  /// - Parameter image: [height, width, channels].
  /// - Returns: nil where the network takes none of these.
  package func takingImages(_ image: [Int]) -> Network? {
    guard inputShape != image else { return self }
    guard image.count == 3, inputShape.reduce(1, *) == image.reduce(1, *),
      let order = pixelOrder(of: image)
    else { return nil }
    return reading(image, inOrder: order)
  }

  /// Returns for each scalar of the input the place of its pixel in an image [H, W, C]; nil for an
  /// input of an unknown form.
  private func pixelOrder(of image: [Int]) -> IndexMap? {
    let (height, width, channels) = (image[0], image[1], image[2])
    func map(_ place: ([Int]) -> [Int]?) -> IndexMap {
      Rearrangement(from: image, to: inputShape, source: place).map
    }
    if inputShape.count == 1 {
      return map { index in
        let (channel, pixel) = (index[0] / (height * width), index[0] % (height * width))
        return [pixel / width, pixel % width, channel]
      }
    }
    if inputShape.count == 2, channels == 1, inputShape == [height, width] {
      return map { [$0[0], $0[1], 0] }
    }
    // A file that counts [H, W, C] is read as one of H channels.
    if inputShape.count == 3, inputShape == [width, channels, height] {
      return map { [$0[2], $0[0], $0[1]] }
    }
    return nil
  }

  /// Puts the order of pixels in front of the network.
  ///
  /// Where the first layer alone reads the input, the order goes into it, so that bounds meet no
  /// further layer: the maps of two rearrangements are joined, and the columns of a matrix are
  /// permuted.
  private func reading(_ image: [Int], inOrder map: IndexMap) -> Network? {
    let isOnlyReader = nodes.indices.filter { nodes[$0].inputs.contains(0) } == [0]
    if isOnlyReader, let next = nodes.first, let order = next.layer as? Rearrangement {
      let sources = order.map.sources.map { $0 < 0 ? $0 : map.sources[Int($0)] }
      let joined = Rearrangement(
        from: image, to: order.output, by: IndexMap(sources, from: map.sourceCount),
        fill: order.fill)
      let rest = nodes.dropFirst().map { (path: $0.path, layer: $0.layer, inputs: $0.inputs) }
      return try? Network(
        input: image, graph: [(path: next.path, layer: joined, inputs: [0])] + rest)
    }
    var graph = nodes.map { (path: $0.path, layer: $0.layer, inputs: $0.inputs.map { $0 + 1 }) }
    var first: any Layer = Rearrangement(from: image, to: inputShape, by: map)
    if isOnlyReader, let linear = nodes.first?.layer as? Linear {
      // The columns of the matrix move, not the pixels.
      let columns = linear.weight.permutingColumns(of: image, toPyTorch: false)
      graph[0].layer = Linear(weight: columns, bias: linear.bias)
      first = Flatten()
    }
    return try? Network(input: image, graph: [(path: freePath, layer: first, inputs: [0])] + graph)
  }

  /// A path for a new layer, "image" or the first of "image-2", "image-3", … that no layer has.
  private var freePath: String {
    let paths = Set(nodes.map(\.path))
    return ["image"].first { !paths.contains($0) }
      ?? (2...).lazy.map { "image-\($0)" }.first { !paths.contains($0) }!
  }
}
