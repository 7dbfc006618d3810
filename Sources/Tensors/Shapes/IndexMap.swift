/// Where the scalars of a rearranged array come from: one table that all examples share.
package struct IndexMap: Sendable, Equatable {
  /// For each scalar of the result the place of its source, or −1 for a constant.
  package let sources: [Int32]
  /// The number of scalars of an original.
  package let sourceCount: Int

  package init(_ sources: [Int32], from sourceCount: Int) {
    precondition(
      sources.allSatisfy { -1..<Int32(sourceCount) ~= $0 }, "a source outside the original")
    self.sources = sources
    self.sourceCount = sourceCount
  }

  /// Whether every scalar stays where it is.
  package var isIdentity: Bool {
    sources.count == sourceCount && sources.indices.allSatisfy { sources[$0] == Int32($0) }
  }

  /// Whether every scalar of the original goes to one place, and no constant stands anywhere.
  package var isPermutation: Bool {
    sources.count == sourceCount && !sources.contains(-1) && Set(sources).count == sourceCount
  }
}
