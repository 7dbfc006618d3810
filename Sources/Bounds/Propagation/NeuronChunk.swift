import Tensors

/// Some scalars in front of a nonlinear layer, and what their bounds by backward passes take.
struct NeuronChunk {
  /// Their places in the value.
  let neurons: [Int]
  /// Bounds of a network that holds them in the value numbered `end`: the whole one, or a part.
  let bounds: BoundPropagation
  let end: Int
  /// One row for each, shared by all examples.
  let form: GraphForm

  fileprivate init(
    _ neurons: [Int], at places: [Int], of end: Int, size: Int, in bounds: BoundPropagation
  ) {
    self.neurons = neurons
    self.bounds = bounds
    self.end = end
    form = bounds.unitForm(places, of: end, size: size)
  }

  /// Lower bounds of rows over the value, [batch, S].
  func lowerBounds(of form: GraphForm, slope: ReLUSlope) -> Tensor {
    bounds.pulled(form, from: end, to: 0, slope: slope).lowerBounds(over: [bounds.input])
  }
}

extension BoundPropagation {
  /// The given scalars of a value in chunks of at most `limit`, one after the other: those of a few
  /// positions where the value is an image that depends on much less of the network there
  /// (``ImageChain``).
  func forEachChunk(
    of neurons: [Int], at value: Int, shape: [Int], limit: Int, _ body: (NeuronChunk) -> Void
  ) {
    func forEachPart(_ neurons: [Int], _ part: ([Int]) -> Void) {
      for start in stride(from: 0, to: neurons.count, by: limit) {
        part(Array(neurons[start..<min(start + limit, neurons.count)]))
      }
    }
    guard let tiling = ImageTiling(self, value: value, shape: shape, neurons: neurons) else {
      let size = shape.reduce(1, *)
      forEachPart(neurons) { body(NeuronChunk($0, at: $0, of: value, size: size, in: self)) }
      return
    }
    for tile in tiling.tiles {
      let bounds = tiling.chain.bounds(at: tile.window)
      let size = tile.window.area * shape[2]
      forEachPart(tile.neurons) { neurons in
        body(
          NeuronChunk(
            neurons, at: neurons.map { tile.window.place(of: $0, in: shape) },
            of: bounds.steps.count, size: size, in: bounds))
      }
    }
  }
}

/// An image's undecided neurons by squares of positions.
private struct ImageTiling {
  let chain: ImageChain
  let tiles: [(window: ImageWindow, neurons: [Int])]

  /// Neurons in a tile, about, so that a pass through it is worth its calls.
  private static let neuronsInTile = 16.0
  /// Where a tile depends on more of the network than this, tiles do not pay.
  private static let largestShare = 0.5

  /// Nil where tiles do not pay.
  init?(_ bounds: BoundPropagation, value: Int, shape: [Int], neurons: [Int]) {
    guard shape.count == 3, let chain = ImageChain(bounds, to: value) else { return nil }
    let (height, width, channels) = (shape[0], shape[1], shape[2])
    let inPosition = max(Double(neurons.count) / Double(height * width), 1e-3)
    let side = max(Int((Self.neuronsInTile / inPosition).squareRoot().rounded(.up)), 1)
    let first = ImageWindow(rows: 0..<min(side, height), columns: 0..<min(side, width))
    guard chain.share(of: first) <= Self.largestShare else { return nil }
    self.chain = chain
    let byTile = Dictionary(grouping: neurons) { neuron in
      let (y, x) = (neuron / channels / width, neuron / channels % width)
      return [y / side, x / side]
    }
    tiles = byTile.keys.sorted { $0.lexicographicallyPrecedes($1) }.map { tile in
      let (y, x) = (tile[0] * side, tile[1] * side)
      let window = ImageWindow(
        rows: y..<min(y + side, height), columns: x..<min(x + side, width))
      return (window, byTile[tile]!)
    }
  }
}
