import Relaxations
import Tensors

/// Which neurons' pre-activation bounds full CROWN takes from backward passes; the others keep
/// their interval bounds.
enum RefinedNeurons {
  /// Those whose interval leaves their sign open, for each example by itself.
  case undecided
  /// Those whose interval leaves it open for any example of the batch, or all of a layer where
  /// these are more than nine tenths: what auto_LiRPA 0.7 does. An example's bounds then depend on
  /// its neighbours, so this serves only to compare with it.
  case undecidedInBatch
}

/// Pre-activation intervals by backward passes ("full" CROWN).
extension Bounding {
  /// Replaces the pre-activation intervals of undecided neurons (l < 0 < u) in every relaxed layer,
  /// in order, by what backward passes give, so that later layers profit. The first one is left out
  /// where its interval is exact already.
  ///
  /// On a decided neuron the relaxation of a piecewise linear activation is exact; of others all
  /// neurons are refined. They take the linear bound itself, not its intersection with the
  /// interval: that is CROWN's definition, and since slopes are chosen by these bounds neither
  /// choice is always the tighter one in the end.
  ///
  /// - Parameters:
  ///   - rowLimit: The most rows carried at once.
  ///   - intersecting: Keeps what is tighter already, where another method has refined before.
  mutating func tightenPreactivations(
    slope: ReLUSlope, rowLimit: Int, _ refined: RefinedNeurons = .undecided,
    intersecting: Bool = false, budget: Budget = Budget()
  ) {
    refinePreactivations(refined, rowLimit: rowLimit, intersecting: intersecting, budget) {
      $0.lowerBounds(of: $1, slope: slope)
    }
  }

  /// Shrinks the pre-activation intervals to what they have in common with bounds by optimised
  /// slopes, layer by layer.
  mutating func tightenPreactivations(by ascent: SlopeAscent) {
    let limit = plan.ascentRowLimit(batch: batch, memory: ascent.budget.memory)
    let record = record
    refinePreactivations(.undecided, rowLimit: limit, intersecting: true, ascent.budget) {
      let reached = $0.bounds.ascended($1, from: $0.end, by: ascent)
      record?.keep(reached.choices.slopes, of: $0.neurons, in: $0.end)
      return reached.bounds
    }
  }

  /// Refines the layers in order, so that a layer's lines follow from the refined bounds of those
  /// in front of it.
  ///
  /// Lower and upper bounds of a chunk of neurons come from one backward pass over ±neuron, so a
  /// chunk has half as many neurons as rows. A budget that is spent leaves the remaining neurons as
  /// they are.
  ///
  /// - Parameters:
  ///   - refined: Which neurons to refine.
  ///   - rowLimit: The most rows carried at once.
  ///   - intersecting: Keeps what is tighter already.
  ///   - lowerBounds: Bounds rows over a chunk's neurons from below, [batch, rows].
  private mutating func refinePreactivations(
    _ refined: RefinedNeurons, rowLimit: Int, intersecting: Bool, _ budget: Budget,
    _ lowerBounds: (NeuronChunk, GraphForm) -> Tensor
  ) {
    let layers = refinableLayers
    let refinedValues = Set(layers.map { plan.steps[$0].inputs[0] })
    for index in layers {
      let value = plan.steps[index].inputs[0]
      let box = regions[value].box
      let neurons = neurons(toRefine: index, box, refined)
      record?.refine(neurons.indices, inFrontOf: index)
      var (lower, upper) =
        isOutward ? outwardEnds(center: box.center, radius: box.radius) : (box.lower, box.upper)
      forEachChunk(of: neurons.indices, at: value, limit: max(rowLimit / 2, 1)) { chunk in
        guard !budget.isSpent else { return }
        let bounds = lowerBounds(chunk, chunk.form.withNegatives)
        Self.replace(
          &lower, &upper, by: bounds, of: chunk.neurons, everywhere: neurons.everywhere,
          intersecting: intersecting)
      }
      regions[value] = .box(
        isOutward
          ? .outward(lower: lower, upper: upper) : Interval(lower: lower, upper: upper))
      if refined == .undecidedInBatch { propagateAgain(after: value) }
      if isOutward { shrinkOutputs(of: index, before: refinedValues) }
    }
  }

  /// The layers whose pre-activation bounds a backward pass can shrink.
  ///
  /// A box has an exact image behind the first layer that mixes scalars. A ball has one only where
  /// it is still a ball in front of that layer, and the layer has a rule for balls.
  var refinableLayers: [Int] {
    guard case .ball = input else { return plan.refinableLayers }
    return plan.refinableLayers { index in
      let step = plan.steps[index]
      guard case .ball(var ball) = regions[step.inputs[0]] else { return false }
      ball.center = ball.center.rows(0..<min(batch, 1))
      return step.affine?.image(of: ball) != nil
    }
  }

  /// Chooses the neurons of a layer to refine.
  ///
  /// - Parameters:
  ///   - index: The layer.
  ///   - box: Its pre-activation intervals.
  /// - Returns: The neurons, ascending, and whether each is refined for every example or only for
  ///   those in which it is undecided.
  private func neurons(
    toRefine index: Int, _ box: Interval, _ refined: RefinedNeurons
  ) -> (indices: [Int], everywhere: Bool) {
    let size = plan.steps[index].inputShapes[0].reduce(1, *)
    let undecided = box.undecidedNeurons
    let isSmooth = !plan.steps[index].layer.isExactOnceDecided
    let isCrowded = refined == .undecidedInBatch && undecided.count * 10 > size * 9
    return (
      isSmooth || isCrowded ? Array(0..<size) : undecided,
      isSmooth || refined == .undecidedInBatch
    )
  }

  /// Propagates intervals anew through all layers that come after a value which has been refined.
  private mutating func propagateAgain(after value: Int) {
    for index in value..<plan.tail {
      let step = plan.steps[index]
      regions[index + 1] = propagated(step, step.inputs.map { regions[$0] })
    }
  }

  /// Sets the intervals of the given neurons to bounds, where they are undecided or everywhere, or
  /// to what both have in common. An intersection with NaN on either side is NaN.
  ///
  /// - Parameters:
  ///   - lower, upper: The ends of the layer's intervals, [batch, …shape].
  ///   - bounds: Lower bounds of +neuron and then of −neuron, [batch, 2·count].
  private static func replace(
    _ lower: inout Tensor, _ upper: inout Tensor, by bounds: Tensor, of neurons: [Int],
    everywhere: Bool, intersecting: Bool
  ) {
    let batch = bounds.shape[0]
    let size = lower.count / batch
    bounds.read { bounds in
      lower.modify { lower in
        upper.modify { upper in
          for example in 0..<batch {
            let rows = example * 2 * neurons.count
            for (row, neuron) in neurons.enumerated() {
              let i = example * size + neuron
              guard everywhere || (lower[i] < 0 && upper[i] > 0) else { continue }
              // An upper bound of a neuron is the negative of a lower bound of its negative. The
              // conditions below are written so that a comparison with NaN, which is false, takes
              // the NaN over or leaves it.
              let (low, high) = (bounds[rows + row], -bounds[rows + neurons.count + row])
              if !(intersecting && (lower[i] > low || lower[i].isNaN)) { lower[i] = low }
              if !(intersecting && (upper[i] < high || upper[i].isNaN)) { upper[i] = high }
            }
          }
        }
      }
    }
  }
}

extension Interval {
  /// The neurons with l < 0 < u for some example, ascending; numbers of scalars in memory order.
  var undecidedNeurons: [Int] {
    let size = center.shape.dropFirst().reduce(1, *)
    var undecided = [Bool](repeating: false, count: size)
    center.detached.read { center in
      radius.detached.read { radius in
        // l < 0 < u is |c| < r, without the rounding of c ∓ r. NaN is not undecided, and stays.
        for i in 0..<center.count where abs(center[i]) < radius[i] { undecided[i % size] = true }
      }
    }
    return undecided.indices.filter { undecided[$0] }
  }
}
