import Tensors

/// A kind of branching: how to divide nodes and to bound their parts.
protocol BranchingRule {
  /// A part of the set, with what is known of it.
  associatedtype Domain

  /// Divides domains and bounds their parts: for each domain parts that cover it, or none where it
  /// cannot be divided.
  func children(of parents: [Domain]) -> [[Domain]]
  /// At most the least value that the largest row has in a domain.
  func bound(of domain: Domain) -> Float
  /// Whether a domain is proved.
  func isClosed(_ domain: Domain) -> Bool
  /// The input at which a domain's linear bound is least, [1, …]; nil where there is none.
  func minimizer(of domain: Domain) -> Tensor?
  /// The bytes that an open domain takes, about.
  func bytes(of domain: Domain) -> Int
}
