/// An image's undecided neurons by squares of positions.
struct ImageTiling {
  let chain: ImageChain
  let tiles: [(window: ImageWindow, neurons: [Int])]

  /// Neurons in a tile, about, and the largest share of the network that it may depend on.
  /// Measured: 16 to 128 and ½ to 0.8 differ by less than a fifth.
  private static let neuronsInTile = 32.0
  private static let largestShare = 0.5

  /// Nil where tiles do not pay.
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
