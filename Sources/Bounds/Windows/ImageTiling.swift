/// An image's undecided neurons, grouped by square tiles of positions, so that each group is
/// bounded in windows of the network (``ImageChain``).
///
/// A tile holds about as many undecided neurons as one backward pass carries well. Larger tiles
/// depend on larger windows, smaller ones repeat what their windows share.
struct ImageTiling {
  /// The part of the network that leads to the image.
  let chain: ImageChain
  /// The tiles that hold neurons, row by row, each with its neurons as numbers of scalars of the
  /// image.
  let tiles: [(window: ImageWindow, neurons: [Int])]

  /// About how many neurons a tile holds. (Measured: 16 to 128 differ by less than a fifth.)
  private static let neuronsInTile = 32.0
  /// The largest share of the network that a tile may depend on. (Measured: ½ to 0.8 differ by less
  /// than a fifth.)
  private static let largestShare = 0.5

  /// Groups neurons by tiles; nil where the value is no image, has no chain, or depends on too much
  /// of the network for tiles to pay.
  ///
  /// - Parameters:
  ///   - bounds: Bounds of the whole network.
  ///   - value: The number of the value.
  ///   - shape: Its shape without the batch axis.
  ///   - neurons: Undecided scalars of the value, in memory order.
  init?(_ bounds: Bounding, value: Int, shape: [Int], neurons: [Int]) {
    guard shape.count == 3, !neurons.isEmpty, let chain = ImageChain(bounds, to: value)
    else { return nil }
    let (height, width, channels) = (shape[0], shape[1], shape[2])
    let inPosition = Double(neurons.count) / Double(height * width)
    let side = max(Int((Self.neuronsInTile / inPosition).squareRoot().rounded(.up)), 1)
    let first = ImageWindow(rows: 0..<min(side, height), columns: 0..<min(side, width))
    guard chain.share(of: first) <= Self.largestShare else { return nil }
    self.chain = chain
    let across = (width + side - 1) / side
    let byTile = Dictionary(grouping: neurons) { neuron in
      let position = neuron / channels
      return position / width / side * across + position % width / side
    }
    tiles = byTile.sorted { $0.key < $1.key }.map { tile, neurons in
      let (y, x) = (tile / across * side, tile % across * side)
      let window = ImageWindow(
        rows: y..<min(y + side, height), columns: x..<min(x + side, width))
      return (window, neurons)
    }
  }
}
