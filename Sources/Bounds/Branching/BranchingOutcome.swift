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
