import Networks
import Tensors

/// Full CROWN that gradients flow through.
extension BoundPropagation {
  /// Replaces pre-activation intervals as certification by CROWN does (undecided neurons, example by
  /// example, in the layers' order), by operations that a tape records.
  ///
  /// - Parameter rowLimit: The most rows carried at once.
  public mutating func tightenPreactivations(slope: ReLUSlope, rowLimit: Int) {
    for index in inexactLayers {
      let value = steps[index].inputs[0]
      let box = regions[value].box
      let size = steps[index].inputShapes[0].reduce(1, *)
      let isSmooth = !steps[index].layer.isExactOnceDecided
      let neurons = isSmooth ? Array(0..<size) : undecidedNeurons(box)
      guard !neurons.isEmpty else { continue }
      let ends = stride(from: 0, to: neurons.count, by: max(rowLimit, 1)).map { start in
        let chunk = Array(neurons[start..<min(start + max(rowLimit, 1), neurons.count)])
        return self.ends(of: chunk, value: value, size: size, slope: slope)
      }
      let mask = isSmooth ? Tensor(shape: box.center.shape, repeating: 1) : box.undecided
      let map = IndexMap(neurons.map(Int32.init), from: size)
      func replaced(_ old: Tensor, _ parts: [Tensor]) -> Tensor {
        let new = transposedRearrangement(joinedChannels(parts), by: map).reshaped(old.shape)
        return old.scaled(by: mask.complement) + new.scaled(by: mask)
      }
      regions[value] = .box(
        Interval(
          lower: replaced(box.lower, ends.map(\.lower)),
          upper: replaced(box.upper, ends.map(\.upper))))
    }
  }

  /// Linear bounds of some scalars of a value, both [batch, scalars.count].
  private func ends(
    of scalars: [Int], value: Int, size: Int, slope: ReLUSlope
  ) -> (lower: Tensor, upper: Tensor) {
    let form = unitForm(scalars, of: value, size: size)
    func bounds(_ form: GraphForm) -> Tensor {
      pulled(form, from: value, to: 0, slope: slope).lowerBounds(over: [input])
    }
    return (bounds(form), bounds(form.mapped { $0 * -1 }) * -1)
  }
}

extension Interval {
  /// 1 where the sign is open, else 0; a constant.
  fileprivate var undecided: Tensor {
    var mask = radius.detached
    mask.withUnsafeMutableScalars { mask in
      center.withUnsafeScalars { center in
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
