import Tensors

/// What branch and bound has found out about rows of which one has to be positive everywhere.
package struct BranchingOutcome: Sendable {
  /// At most the least value that the largest row has.
  package var bound: Float
  /// The domains that were bounded.
  package var domains: Int
  /// The domains that are still open.
  package var open: Int
  /// Whether the caller took a candidate for a counterexample.
  package var isBroken = false

  /// Makes an outcome of its parts.
  package init(bound: Float, domains: Int, open: Int) {
    (self.bound, self.domains, self.open) = (bound, domains, open)
  }
}

/// A kind of branching: how to divide nodes and to bound their parts.
protocol BranchingRule {
  associatedtype Domain
  func children(of parents: [Domain]) -> [[Domain]]
  func bound(of domain: Domain) -> Float
  func isClosed(_ domain: Domain) -> Bool
  func minimizer(of domain: Domain) -> Tensor?
}

/// The loop of branch and bound: the worst open domains are divided, the parts bounded, and those
/// that are proved dropped, until none is left or the limits are reached.
///
/// In each round a number of domains is divided that does not depend on the number of threads, in
/// groups of a fixed size, so that neither do the results.
struct BranchAndBound<Rule: BranchingRule> {
  let rule: Rule
  /// The most domains that are bounded.
  let domains: Int
  let budget: Budget
  /// The domains that are divided in one group.
  let groupSize: Int
  /// The groups of a round.
  let groupsAtOnce: Int
  /// Gets the points at which domains' bounds are least, [points, …]; answers whether one of them is
  /// a counterexample, which ends the search.
  let isCounterexample: (Tensor) -> Bool

  func run(_ start: [Rule.Domain]) -> BranchingOutcome {
    var open = start.filter { !rule.isClosed($0) }
    var outcome = BranchingOutcome(bound: .infinity, domains: start.count, open: 0)
    for domain in start where rule.isClosed(domain) {
      outcome.bound = min(outcome.bound, rule.bound(of: domain))
    }
    var stuck: [Rule.Domain] = []
    while !open.isEmpty, outcome.domains < domains, !budget.isSpent {
      open.sort { rule.bound(of: $0) > rule.bound(of: $1) }
      let count = min(open.count, groupSize * groupsAtOnce)
      let parents = Array(open.suffix(count))
      open.removeLast(count)
      let groups = parents.split(by: max(min(groupSize, (count + 1) / 2), 1))
      // A single part would be no lane.
      let children = Lanes.map(max(groups.count, 2)) { group in
        group < groups.count ? rule.children(of: groups[group]) : []
      }
      var points: [Tensor] = []
      for (parent, parts) in zip(parents, children.joined()) {
        if parts.isEmpty { stuck.append(parent) }
        outcome.domains += parts.count
        for part in parts {
          if rule.isClosed(part) {
            outcome.bound = min(outcome.bound, rule.bound(of: part))
          } else {
            open.append(part)
            if let point = rule.minimizer(of: part) { points.append(point) }
          }
        }
      }
      if !points.isEmpty, isCounterexample(.concatenated(points)) {
        outcome.isBroken = true
        break
      }
    }
    for domain in open + stuck { outcome.bound = min(outcome.bound, rule.bound(of: domain)) }
    outcome.open = open.count + stuck.count
    return outcome
  }
}

extension NeuronBranching: BranchingRule {
  func bound(of domain: NeuronDomain) -> Float { domain.bound }
  func isClosed(_ domain: NeuronDomain) -> Bool { domain.isClosed }
  func minimizer(of domain: NeuronDomain) -> Tensor? { domain.minimizer }
}

extension InputBranching: BranchingRule {
  func bound(of domain: InputDomain) -> Float { domain.bound }
  func isClosed(_ domain: InputDomain) -> Bool { domain.isClosed }
  func minimizer(of domain: InputDomain) -> Tensor? {
    domain.minimizer.isEmpty ? nil : Tensor(shape: [1] + shape, domain.minimizer)
  }
}

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
      if let box = dividedBox(branching.splits) {
        return branchOnInputs(form, box, branching, budget, isCounterexample)
      }
      return branchOnNeurons(form, branching, budget, isCounterexample)
    }
  }

  /// The box of inputs as a domain, where its halves are to be bounded.
  private func dividedBox(_ splits: Branching.Splits) -> InputDomain? {
    guard case .box(let box) = input, plan.tail > 0, splits != .neurons else { return nil }
    let (lower, upper) = outwardEnds(center: box.center, radius: box.radius)
    let domain = InputDomain(lower: lower.scalars, upper: upper.scalars)
    let varying = zip(domain.lower, domain.upper).count { $0 < $1 }
    return splits == .inputs || varying <= Branching.fewInputs ? domain : nil
  }

  private func branchOnInputs(
    _ form: GraphForm, _ box: InputDomain, _ branching: Branching, _ budget: Budget,
    _ isCounterexample: @escaping (Tensor) -> Bool
  ) -> BranchingOutcome {
    let rule = InputBranching(
      plan: plan, shape: Array(input.center.shape.dropFirst()), form: form,
      slope: branching.slope, budget: budget)
    let size = max(plan.rowLimit(batch: 2 * form.rows, memory: budget.memory), 1)
    return BranchAndBound(
      rule: rule, domains: branching.domains, budget: budget, groupSize: min(size, 16),
      groupsAtOnce: 16, isCounterexample: isCounterexample
    ).run(rule.bounded([box]))
  }

  private func branchOnNeurons(
    _ form: GraphForm, _ branching: Branching, _ budget: Budget,
    _ isCounterexample: @escaping (Tensor) -> Bool
  ) -> BranchingOutcome {
    prepareErrors()
    var root = SlopeAscent(
      iterations: branching.iterations, slope: branching.slope, budget: budget)
    root.stopsWhenPositive = true
    var ascent = SlopeAscent(
      iterations: NeuronBranching.iterations, slope: branching.slope, budget: budget)
    ascent.stopsWhenPositive = true
    ascent.learningRate = NeuronBranching.learningRate
    let rule = NeuronBranching(root: self, form: form, ascent: ascent)
    let size = max(plan.ascentRowLimit(batch: form.rows, memory: budget.memory) / 2, 1)
    return BranchAndBound(
      rule: rule, domains: branching.domains, budget: budget, groupSize: min(size, 16),
      groupsAtOnce: 4, isCounterexample: isCounterexample
    ).run([rule.start(root)])
  }
}
