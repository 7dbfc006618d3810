import Relaxations
import Tensors

/// Some scalars in front of a nonlinear layer, and what their bounds by backward passes take.
struct NeuronChunk {
  /// Their places in the value.
  let neurons: [Int]
  /// Bounds of a network that holds them in the value numbered `end`: the whole one, or a part.
  let bounds: Bounding
  let end: Int
  /// One row for each, shared by all examples.
  let form: GraphForm

  fileprivate init(
    _ neurons: [Int], at places: [Int], of end: Int, size: Int, in bounds: Bounding
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

extension Bounding {
  /// The given scalars of a value in chunks of at most `limit`, one after the other: those of a few
  /// positions where the value is an image that depends on much less of the network there
  /// (``ImageTiling``).
  func forEachChunk(
    of neurons: [Int], at value: Int, limit: Int, _ body: (NeuronChunk) -> Void
  ) {
    let shape = Array(regions[value].center.shape.dropFirst())
    guard let tiling = ImageTiling(self, value: value, shape: shape, neurons: neurons) else {
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
  /// A row for each of the given scalars of a value, shared by all examples: over what the layer
  /// that makes it reads, if that is an affine layer of one input.
  func unitForm(_ scalars: [Int], of value: Int, size: Int) -> GraphForm {
    guard value > 0, case let maker = plan.steps[value - 1], let affine = maker.affine,
      maker.inputs.count == 1
    else { return GraphForm(LinearForm.unit(scalars, size: size), over: value) }
    let form = affine.unitForm(of: scalars, through: place(of: maker, slope: .adaptive))
    return GraphForm(form, over: maker.inputs[0])
  }
}
