import Relaxations
import Tensors

/// Some scalars in front of a nonlinear layer, and what a backward pass needs to bound them.
///
/// CROWN refines a layer chunk by chunk: memory limits how many rows are carried at once, and
/// neurons of one tile of an image are bounded in windows. The method sees no difference between a
/// chunk of the whole network and one of windows.
struct NeuronChunk {
  /// Their places in the layer's input, in memory order.
  let neurons: [Int]
  /// Bounds of a network that holds them in the value numbered ``end``: the whole one, or a part.
  let bounds: Bounding
  /// The number of the value of ``bounds`` that holds the neurons.
  let end: Int
  /// One row for each neuron, shared by all examples.
  let form: GraphForm

  /// Makes a chunk of neurons.
  ///
  /// - Parameters:
  ///   - neurons: Places in the value of the whole network.
  ///   - places: Their places in the value `end` of `bounds`.
  ///   - size: The scalars of that value.
  fileprivate init(
    _ neurons: [Int], at places: [Int], of end: Int, size: Int, in bounds: Bounding
  ) {
    self.neurons = neurons
    self.bounds = bounds
    self.end = end
    form = bounds.unitForm(places, of: end, size: size)
  }

  /// Bounds rows over the chunk's neurons from below by one backward pass, [batch, S].
  ///
  /// - Parameter form: ``form``, its negatives, or both.
  func lowerBounds(of form: GraphForm, slope: ReLUSlope) -> Tensor {
    bounds.lowerBounds(
      of: bounds.pulled(form, from: end, to: 0, slope: slope), over: [bounds.input])
  }
}

extension Bounding {
  /// Calls `body` with the given scalars of a value in chunks of at most `limit`, one after the
  /// other: with those of a few positions where the value is an image that depends on much less of
  /// the network there (``ImageTiling``), else with consecutive ones. Chunks of tiles are not in
  /// the scalars' order, so a caller puts results in place by ``NeuronChunk/neurons``.
  func forEachChunk(
    of neurons: [Int], at value: Int, limit: Int, _ body: (NeuronChunk) -> Void
  ) {
    let shape = Array(regions[value].center.shape.dropFirst())
    // A record counts neurons of whole layers.
    guard record == nil,
      let tiling = ImageTiling(self, value: value, shape: shape, neurons: neurons)
    else {
      let size = shape.reduce(1, *)
      for part in neurons.split(by: limit) {
        body(NeuronChunk(part, at: part, of: value, size: size, in: self))
      }
      return
    }
    for tile in tiling.tiles {
      let bounds = tiling.chain.bounds(at: tile.window)
      let size = tile.window.area * shape[2]
      for part in tile.neurons.split(by: limit) {
        let places = part.map { tile.window.place(of: $0, in: shape) }
        body(NeuronChunk(part, at: places, of: bounds.plan.steps.count, size: size, in: bounds))
      }
    }
  }
}

extension Bounding {
  /// Makes a row for each of the given scalars of a value, shared by all examples: over what the
  /// layer that makes the value reads, if that is an affine layer of one input, else over the value
  /// itself.
  ///
  /// The first step back is thus a look-up of rows, not a product with unit rows.
  ///
  /// - Parameters:
  ///   - scalars: Places in the value, in memory order.
  ///   - size: The scalars of the value.
  func unitForm(_ scalars: [Int], of value: Int, size: Int) -> GraphForm {
    guard value > 0, case let maker = plan.steps[value - 1], let affine = maker.affine,
      maker.inputs.count == 1
    else { return GraphForm(LinearForm.unit(scalars, size: size), over: value) }
    let form = affine.unitForm(of: scalars, through: place(of: maker, slope: .adaptive))
    return GraphForm(form, over: maker.inputs[0])
  }
}
