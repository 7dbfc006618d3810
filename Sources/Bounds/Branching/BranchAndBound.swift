import Tensors

/// Says what branch and bound has found out about rows of which one has to be positive everywhere.
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
  /// The bytes that an open domain takes, about.
  func bytes(of domain: Domain) -> Int
}

/// The loop of branch and bound: the worst open domains are divided, the parts bounded, and those
/// that are proved dropped, until none is left or a limit is reached.
///
/// In each round a number of domains is divided that does not depend on the number of threads, in
/// groups of a fixed size, so that neither do the results.
struct BranchAndBound<Rule: BranchingRule> {
  private let rule: Rule
  private let budget: Budget
  /// The domains that are divided in one group.
  private let groupSize: Int
  /// The groups of a round.
  private let groupsAtOnce: Int
  /// The open domains that half of the memory holds. Beyond it those nearest to a proof come first, so
  /// that hardly any more are kept.
  private let mostOpen: Int
  /// Gets the points at which domains' bounds are least, [points, …]; answers whether one of them is
  /// a counterexample, which ends the search.
  private let isCounterexample: (Tensor) -> Bool
  private var open = OpenDomains<Rule.Domain>()
  /// The least bound of the domains that are closed or cannot be divided, and how many domains there
  /// have been.
  private var done = BranchingOutcome(bound: .infinity, domains: 0, open: 0)

  /// Begins with one domain, bounded already.
  init(
    _ rule: Rule, from start: Rule.Domain, groupSize: Int, groupsAtOnce: Int, budget: Budget,
    isCounterexample: @escaping (Tensor) -> Bool
  ) {
    (self.rule, self.groupSize, self.groupsAtOnce) = (rule, groupSize, groupsAtOnce)
    (self.budget, self.isCounterexample) = (budget, isCounterexample)
    mostOpen = max(budget.memory / 2 / max(rule.bytes(of: start), 1), groupSize * groupsAtOnce)
    add([start])
  }

  /// Sums up what is known so far.
  var outcome: BranchingOutcome {
    var outcome = done
    outcome.bound = min(outcome.bound, open.worst ?? .infinity)
    outcome.open += open.count
    return outcome
  }

  /// Whether nothing is left to divide, or a counterexample is found.
  var isDone: Bool { open.isEmpty || done.isBroken }

  /// Divides domains until all are closed, a counterexample is found, the budget is spent or so many
  /// domains have been bounded in all.
  mutating func run(upTo domains: Int) {
    while !isDone, done.domains < domains, !budget.isSpent {
      let count = groupSize * groupsAtOnce
      let parents = open.count < mostOpen ? open.takeWorst(count) : open.takeBest(count)
      let parts = divided(parents)
      add(parts)
      let points = parts.filter { !rule.isClosed($0) }.compactMap(rule.minimizer)
      done.isBroken = !points.isEmpty && isCounterexample(.concatenated(points))
    }
  }

  /// Divides domains in groups, each on one lane. Domains that cannot be divided are taken out.
  private mutating func divided(_ parents: [Rule.Domain]) -> [Rule.Domain] {
    let groups = parents.split(by: max(min(groupSize, (parents.count + 1) / 2), 1))
    // A single part would be no lane.
    let children = Lanes.map(max(groups.count, 2)) { group in
      group < groups.count ? rule.children(of: groups[group]) : []
    }.joined()
    for (parent, parts) in zip(parents, children) where parts.isEmpty {
      done.bound = min(done.bound, rule.bound(of: parent))
      done.open += 1
    }
    return Array(children.joined())
  }

  /// Adds domains to the open ones, or what they prove to the outcome.
  private mutating func add(_ domains: [Rule.Domain]) {
    done.domains += domains.count
    for domain in domains where rule.isClosed(domain) {
      done.bound = min(done.bound, rule.bound(of: domain))
    }
    open.add(domains.filter { !rule.isClosed($0) }.map { (rule.bound(of: $0), $0) })
  }
}

extension NeuronBranching: BranchingRule {
  func bound(of domain: NeuronDomain) -> Float { domain.bound }
  func isClosed(_ domain: NeuronDomain) -> Bool { domain.isClosed }
  func minimizer(of domain: NeuronDomain) -> Tensor? { domain.minimizer }
  func bytes(of domain: NeuronDomain) -> Int {
    let scalars = domain.slopes.values.reduce(domain.minimizer?.count ?? 0) { $0 + $1.count }
    return scalars * MemoryLayout<Float>.stride + 1024
  }
}

extension InputBranching: BranchingRule {
  func bound(of domain: InputDomain) -> Float { domain.bound }
  func isClosed(_ domain: InputDomain) -> Bool { domain.isClosed }
  func bytes(of domain: InputDomain) -> Int {
    4 * domain.lower.count * MemoryLayout<Float>.stride + 256
  }
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
