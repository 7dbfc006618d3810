/// The domains that are still to be divided, by their bounds.
struct OpenDomains<Domain> {
  /// A reference, so that domains are moved about cheaply.
  private final class Node {
    let domain: Domain

    init(_ domain: Domain) { self.domain = domain }
  }

  /// The domains, the worst last; among equal bounds the later one is nearer to the end.
  private var nodes: [(bound: Float, node: Node)] = []

  var count: Int { nodes.count }
  var isEmpty: Bool { nodes.isEmpty }
  /// The least bound; nil without domains.
  var worst: Float? { nodes.last?.bound }

  /// Adds domains with their bounds. A bound of NaN counts as the worst.
  mutating func add(_ domains: [(bound: Float, domain: Domain)]) {
    let new = domains.map {
      (bound: $0.bound.isNaN ? -.infinity : $0.bound, node: Node($0.domain))
    }
    // The order of equal bounds follows from the domains alone, not from threads.
    let sorted = new.sorted { $0.bound > $1.bound }
    var merged: [(bound: Float, node: Node)] = []
    merged.reserveCapacity(nodes.count + sorted.count)
    var next = 0
    for node in nodes {
      while next < sorted.count, sorted[next].bound > node.bound {
        merged.append(sorted[next])
        next += 1
      }
      merged.append(node)
    }
    nodes = merged + sorted[next...]
  }

  /// Takes out the worst domains, the very worst last.
  mutating func takeWorst(_ count: Int) -> [Domain] {
    let taken = nodes.suffix(count).map(\.node.domain)
    nodes.removeLast(min(count, nodes.count))
    return taken
  }

  /// Takes out the domains that are nearest to a proof.
  mutating func takeBest(_ count: Int) -> [Domain] {
    let taken = nodes.prefix(count).map(\.node.domain)
    nodes.removeFirst(min(count, nodes.count))
    return taken
  }
}
