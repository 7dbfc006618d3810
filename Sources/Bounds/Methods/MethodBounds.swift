import Relaxations
import Tensors

extension Bounding {
  /// Bounds a specification from below by a method, going on from what earlier methods have found.
  ///
  /// The methods, each tighter as a rule and slower than the one before:
  ///
  /// - `interval`: the folded specification over the region that it reads (IBP).
  /// - `crownIBP`: one backward pass to the input over the regions as they are.
  /// - `crown`: backward passes for all pre-activation bounds first, unless that has been done.
  /// - `complete`: α-CROWN, then branch and bound on the rows that are not positive.
  /// - `alphaCROWN`: CROWN, then optimised slopes for pre-activation bounds and for the
  ///   specification. The result is nowhere below that of CROWN.
  ///
  /// A refinement stays in this value. So after `crown`, the bounds of `interval` and `crownIBP`
  /// are those over refined regions, and `alphaCROWN` does not compute CROWN anew.
  ///
  /// With a budget that is spent half way the bounds still hold, but are looser.
  ///
  /// - Parameters:
  ///   - specification: Its batch is that of the regions, or 1.
  ///   - budget: What time and memory may be spent. It limits how many rows are carried at once,
  ///     which changes no bound but for last bits.
  /// - Returns: [batch, S]. NaN or infinity means that nothing is known.
  /// - Precondition: The specification has the batch of the regions, or 1, and the network's
  ///   outputs.
  public mutating func lowerBounds(
    of specification: Specification, by method: BoundMethod, budget: Budget = Budget()
  ) -> Tensor {
    lowerBounds(of: specification, by: method, budget: budget, refining: .undecided)
  }

  /// Bounds a specification of one example, and tries inputs that branch and bound comes upon.
  ///
  /// - Parameter isCounterexample: Answers whether one of some inputs breaks the specification, which
  ///   ends the search.
  package mutating func lowerBounds(
    of specification: Specification, by method: BoundMethod, budget: Budget,
    isCounterexample: @escaping (Tensor) -> Bool
  ) -> Tensor {
    lowerBounds(
      of: specification, by: method, budget: budget, refining: .undecided,
      isCounterexample: isCounterexample)
  }

  /// Bounds a specification with a choice of the neurons that full CROWN refines, for comparisons
  /// with other implementations.
  mutating func lowerBounds(
    of specification: Specification, by method: BoundMethod, budget: Budget,
    refining neurons: RefinedNeurons, isCounterexample: ((Tensor) -> Bool)? = nil
  ) -> Tensor {
    switch method {
    case .interval:
      return intervalBounds(of: specification)
    case .crownIBP(let slope):
      return linearBounds(of: specification, slope: slope, budget: budget)
    case .crown(let slope):
      tighten(by: .crown(slope: slope), budget: budget, neurons)
      return linearBounds(of: specification, slope: slope, budget: budget)
    case .alphaCROWN(let slope, let iterations):
      tighten(by: .crown(slope: slope), budget: budget, neurons)
      let bounds = linearBounds(of: specification, slope: slope, budget: budget)
      guard iterations > 0 else { return bounds }
      let ascent = SlopeAscent(iterations: iterations, slope: slope, budget: budget)
      tighten(by: method, ascent)
      return bounds.larger(ascended(elided(specification), by: ascent))
    case .complete(let branching):
      let bounds = lowerBounds(
        of: specification, by: branching.before, budget: budget, refining: neurons)
      return completed(bounds, of: specification, by: branching, budget, isCounterexample)
    }
  }

  /// Bounds a specification by one backward pass, as many rows at a time as the budget allows.
  private func linearBounds(
    of specification: Specification, slope: ReLUSlope, budget: Budget
  ) -> Tensor {
    let limit = plan.rowLimit(batch: batch, memory: budget.memory)
    return inChunks(of: limit, elided(specification)) { linearBounds(of: $0, slope: slope) }
  }

  /// Refines the regions by full CROWN, unless it has done so already.
  private mutating func tighten(
    by method: BoundMethod, budget: Budget, _ neurons: RefinedNeurons
  ) {
    guard case .crown(let slope) = method, !refinements.contains(method) else { return }
    tightenPreactivations(
      slope: slope, rowLimit: plan.rowLimit(batch: batch, memory: budget.memory), neurons,
      intersecting: !refinements.isEmpty, budget: budget)
    if !budget.isSpent { refinements.append(method) }
  }

  /// Refines the regions by optimised slopes, unless that has been done already.
  private mutating func tighten(by method: BoundMethod, _ ascent: SlopeAscent) {
    guard !refinements.contains(method) else { return }
    tightenPreactivations(by: ascent)
    if !ascent.budget.isSpent { refinements.append(method) }
  }

  /// Bounds a form, at most `limit` of its rows at a time, so that memory does not grow with the
  /// number of rows. Rows are independent, so the parts' bounds are those of the whole.
  ///
  /// - Parameter bounds: Bounds some rows of the form: [batch, rows].
  /// - Returns: [batch, S].
  func inChunks(of limit: Int, _ form: GraphForm, _ bounds: (GraphForm) -> Tensor) -> Tensor {
    guard form.rows > limit else { return bounds(form) }
    var result = Tensor.zeros([batch, form.rows])
    for start in stride(from: 0, to: form.rows, by: limit) {
      let range = start..<min(start + limit, form.rows)
      result.setColumns(range, to: bounds(form.rows(range)))
    }
    return result
  }
}
