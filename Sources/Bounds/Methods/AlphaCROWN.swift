import Relaxations
import Tensors

/// α-CROWN (Xu et al. 2021, "Fast and Complete"): the slopes of lines, optimised for each row by
/// itself.
///
/// Where several lines hold, a lower bound g(α) of a row is a function of the slopes chosen, and
/// every choice gives a bound that holds. So g is raised by gradient ascent over α ∈ [0, 1], where
/// each row has separate slopes for all neurons, and the ascent may stop anywhere.
///
/// The backward passes for the pre-activation intervals come first, layer by layer, and then that
/// of the specification. The tighter the intervals, the tighter the bounds that optimal slopes
/// give, so a layer's intervals are optimised for their own sake. This gives what a joint
/// optimisation of all slopes reaches, in the memory of one chunk of rows. Intervals start from
/// CROWN's and shrink, and the best of all bounds is kept, so that no bound is below CROWN's.
extension Bounding {
  /// Bounds a form over values before the affine part at the network's end, with the slopes of each
  /// row optimised, as many rows at a time as the ascent's budget allows.
  ///
  /// - Returns: [batch, S].
  func ascended(_ form: GraphForm, by ascent: SlopeAscent) -> Tensor {
    let limit = plan.ascentRowLimit(batch: batch, memory: ascent.budget.memory)
    return inChunks(of: limit, form) {
      let reached = ascended($0, from: plan.tail, by: ascent)
      record?.keep(reached.choices.slopes, rows: $0.rows)
      return reached.bounds
    }
  }

  /// Bounds a form over values up to that numbered `end`, with the slopes of each row optimised, and
  /// the multipliers of its decisions.
  ///
  /// Each step is a backward pass in real arithmetic and its gradient. The objective is the sum of
  /// all rows' bounds; since no two rows share a choice, its gradient is that of each row. An ascent
  /// whose budget is spent stops after the step that it is in.
  ///
  /// - Parameter start: Where to start from; nil for the slopes of the ascent's rule, without
  ///   multipliers.
  /// - Returns: The best bounds found on the way, [batch, S], and in outward arithmetic the choices
  ///   that gave them. The last choices are evaluated in any case, so that an ascent without a step
  ///   gives the bounds of those that it starts from.
  func ascended(
    _ form: GraphForm, from end: Int, by ascent: SlopeAscent, startingAt start: Choices? = nil
  ) -> (bounds: Tensor, choices: Choices) {
    var free = FreeChoices(
      start ?? Choices(slopes: startingAlphas(before: end, rows: form.rows, slope: ascent.slope)))
    guard !free.isEmpty else {
      return (bounds(of: form, from: end, by: ascent, Choices()), Choices())
    }
    let real = inRealArithmetic
    var best = BestChoices(bounds: Tensor(shape: [batch, form.rows], repeating: -.infinity))
    for step in ascent.steps {
      if ascent.budget.isSpent || ascent.isEnough(best.bounds) { break }
      var reached = best.bounds
      let gradients = free.gradients { choices in
        let lower = real.bounds(of: form, from: end, by: ascent, choices)
        reached = lower.detached
        return lower.sum()
      }
      best.take(reached, free.choices)
      free.ascend(step, gradients)
    }
    best.take(
      real.bounds(of: form, from: end, by: ascent, free.choices), free.choices)
    // The ascent's bounds are off by rounding, each by itself. Those of the choices kept are not.
    return (
      isOutward ? bounds(of: form, from: end, by: ascent, best.choices) : best.bounds, best.choices
    )
  }

  /// Bounds a form with given choices.
  private func bounds(
    of form: GraphForm, from end: Int, by ascent: SlopeAscent, _ choices: Choices
  ) -> Tensor {
    lowerBounds(
      of: pulled(form, from: end, to: 0, slope: ascent.slope, choices), over: [input])
  }

  /// Returns the slopes to start from by layer, [batch, rows, n]: those of the rule `slope`, the
  /// same for all rows of an example. Layers whose lines have nothing to choose are left out.
  private func startingAlphas(before end: Int, rows: Int, slope: ReLUSlope) -> [Int: Tensor] {
    var alphas: [Int: Tensor] = [:]
    for index in 0..<end {
      let step = plan.steps[index]
      guard let start = step.layer.startingAlpha(through: place(of: step, slope: slope)) else {
        continue
      }
      let (batch, size) = (start.shape[0], start.shape[1])
      let examples = (0..<batch * rows).map { $0 / rows }
      alphas[index] = start.rows(at: examples).reshaped([batch, rows, size])
    }
    return alphas
  }
}
