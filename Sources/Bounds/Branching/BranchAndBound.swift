import Tensors

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
