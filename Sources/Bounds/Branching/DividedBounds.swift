import Tensors

extension Bounding {
  /// Decides by branch and bound whether everywhere in the only example's region one of some rows
  /// is positive.
  ///
  /// - Parameters:
  ///   - specification: The rows.
  ///   - isCounterexample: Answers whether one of some points is an input at which no row is
  ///     positive.
  package func branch(
    _ specification: Specification, by branching: Branching, budget: Budget,
    isCounterexample: (Tensor) -> Bool = { _ in false }
  ) -> BranchingOutcome {
    let form = elided(specification)
    return withoutActuallyEscaping(isCounterexample) { isCounterexample in
      guard let box = dividedBox(branching.splits) else {
        var neurons = onNeurons(form, branching, budget, isCounterexample)
        neurons.run(upTo: branching.domains)
        return neurons.outcome
      }
      if branching.splits == .inputs || box.varying <= Branching.fewInputs {
        return decideOnInputs(form, box, branching, budget, isCounterexample)
      }
      var inputs = onInputs(form, box, branching, budget, isCounterexample)
      // With more inputs either may be the better: both show what they can do.
      let trial = min(Branching.trial, branching.domains)
      inputs.run(upTo: trial)
      guard !inputs.isDone, trial < branching.domains else { return inputs.outcome }
      var neurons = onNeurons(form, branching, budget, isCounterexample)
      neurons.run(upTo: trial)
      if neurons.isDone || neurons.outcome.bound > inputs.outcome.bound {
        neurons.run(upTo: branching.domains)
        return neurons.outcome
      }
      inputs.run(upTo: branching.domains)
      return inputs.outcome
    }
  }

  /// The box of inputs as a domain, where its halves are to be bounded.
  private func dividedBox(_ splits: Branching.Splits) -> InputDomain? {
    guard case .box(let box) = input, plan.tail > 0, splits != .neurons else { return nil }
    let (lower, upper) = outwardEnds(center: box.center, radius: box.radius)
    let domain = InputDomain(lower: lower.scalars, upper: upper.scalars)
    return splits == .inputs || domain.varying <= Branching.someInputs ? domain : nil
  }

  /// Halves boxes in two ways, by turns and with more domains in each turn: along the input that
  /// matters most in the linear bound, and along the one whose halves are bounded best of all that
  /// are tried. Either can need a hundred times fewer domains than the other, and nobody knows
  /// before which one it is.
  private func decideOnInputs(
    _ form: GraphForm, _ box: InputDomain, _ branching: Branching, _ budget: Budget,
    _ isCounterexample: @escaping (Tensor) -> Bool
  ) -> BranchingOutcome {
    var quick = onInputs(form, box, branching, budget, isCounterexample)
    var thorough = onInputs(
      form, box, branching, tries: max(box.varying, 1), budget, isCounterexample)
    let most = branching.domains / 2
    var turn = min(Branching.trial / 2, most)
    while true {
      quick.run(upTo: turn)
      if quick.isDone || budget.isSpent { break }
      thorough.run(upTo: max(turn / max(box.varying, 1), 1))
      if thorough.isDone || budget.isSpent || turn == most { break }
      turn = min(4 * turn, most)
    }
    var (best, other) = (quick.outcome, thorough.outcome)
    if thorough.isDone || (!quick.isDone && other.bound > best.bound) { swap(&best, &other) }
    best.domains += other.domains
    return best
  }

  private func onInputs(
    _ form: GraphForm, _ box: InputDomain, _ branching: Branching, tries: Int = 1,
    _ budget: Budget, _ isCounterexample: @escaping (Tensor) -> Bool
  ) -> BranchAndBound<InputBranching> {
    let rule = InputBranching(
      plan: plan, shape: Array(input.center.shape.dropFirst()), form: form,
      slope: branching.slope, tries: tries, budget: budget)
    let size = max(plan.rowLimit(batch: 2 * form.rows, memory: budget.memory), 1)
    return BranchAndBound(
      rule, from: rule.bounded([box])[0], groupSize: max(min(size, 16) / tries, 1),
      groupsAtOnce: 16, budget: budget, isCounterexample: isCounterexample)
  }

  private func onNeurons(
    _ form: GraphForm, _ branching: Branching, _ budget: Budget,
    _ isCounterexample: @escaping (Tensor) -> Bool
  ) -> BranchAndBound<NeuronBranching> {
    prepareErrors()
    let rule = NeuronBranching(root: self, form: form, slope: branching.slope, budget: budget)
    let size = max(plan.ascentRowLimit(batch: form.rows, memory: budget.memory) / 2, 1)
    return BranchAndBound(
      rule, from: rule.start(iterations: branching.iterations), groupSize: min(size, 16),
      groupsAtOnce: 4, budget: budget, isCounterexample: isCounterexample)
  }
}
