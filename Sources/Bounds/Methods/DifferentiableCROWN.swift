import Networks
import Relaxations
import Tensors

/// Full CROWN that gradients flow through, for training by CROWN or, with parallel lines, by the
/// convex outer adversarial polytope (Wong and Kolter 2018).
extension Bounding {
  /// Replaces pre-activation intervals as certification by CROWN does (undecided neurons, example
  /// by example, in the layers' order), by operations that a tape records.
  ///
  /// Which neurons are undecided is a constant; the ends that replace theirs are differentiable in
  /// the weights. The bounds are those of certification, to rounding.
  ///
  /// - Parameters:
  ///   - slope: How lower lines of undecided ReLUs are chosen.
  ///   - rowLimit: The most rows carried at once. The tape keeps the forms of all rows.
  package mutating func tightenDifferentiably(slope: ReLUSlope, rowLimit: Int) {
    for index in plan.refinableLayers {
      let value = plan.steps[index].inputs[0]
      let box = regions[value].box
      let size = plan.steps[index].inputShapes[0].reduce(1, *)
      let isSmooth = !plan.steps[index].layer.isExactOnceDecided
      let neurons = isSmooth ? Array(0..<size) : box.undecidedNeurons
      guard !neurons.isEmpty else { continue }
      var ends: [(lower: Tensor, upper: Tensor)] = []
      var order: [Int] = []
      forEachChunk(of: neurons, at: value, limit: max(rowLimit, 1)) { chunk in
        order += chunk.neurons
        ends.append(chunk.ends(slope: slope))
      }
      let mask = isSmooth ? Tensor(shape: box.center.shape, repeating: 1) : box.undecided
      let map = IndexMap(order.map(Int32.init), from: size)
      func replaced(_ old: Tensor, _ parts: [Tensor]) -> Tensor {
        // Chunks are in another order than neurons where they are tiles of an image; the map puts
        // each end in its neuron's place, and neurons that are not refined get 0, which the mask
        // takes out.
        let new = transposedRearrangement(joinedChannels(parts), by: map).reshaped(old.shape)
        return old.scaled(by: mask.complement) + new.scaled(by: mask)
      }
      regions[value] = .box(
        Interval(
          lower: replaced(box.lower, ends.map(\.lower)),
          upper: replaced(box.upper, ends.map(\.upper))))
    }
  }
}

extension NeuronChunk {
  /// Returns linear bounds of the chunk's scalars, both [batch, neurons.count]: two passes, since
  /// the negated rows need other lines.
  fileprivate func ends(slope: ReLUSlope) -> (lower: Tensor, upper: Tensor) {
    (
      lowerBounds(of: form, slope: slope),
      lowerBounds(of: form.mapped { $0 * -1 }, slope: slope) * -1
    )
  }
}

extension Interval {
  /// 1 where an interval leaves the sign open, else 0; a constant of the centre's shape.
  fileprivate var undecided: Tensor {
    var mask = radius.detached
    mask.modify { mask in
      center.detached.read { center in
        for i in mask.indices { mask[i] = abs(center[i]) < mask[i] ? 1 : 0 }
      }
    }
    return mask
  }
}

extension Tensor {
  /// 1 − x of a mask.
  fileprivate var complement: Tensor { Tensor(shape: shape, repeating: 1) - self }
}
