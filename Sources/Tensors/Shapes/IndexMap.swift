/// Where the scalars of a rearranged array come from: one table that all examples share.
///
/// Transpositions, slices, padding, flips and their compositions are all such a table.
/// ``rearranged(_:by:to:fill:)`` applies it, and ``transposedRearrangement(_:by:)`` its transpose.
/// A scalar may be the source of several others or of none.
package struct IndexMap: Sendable, Equatable {
  /// For each scalar of the result, in memory order, the place of its source, or −1 for a constant.
  package let sources: [Int32]
  /// The number of scalars of an original, without the batch.
  package let sourceCount: Int

  /// Creates a map from its table.
  ///
  /// - Precondition: Every source is −1 or a place of the original.
  package init(_ sources: [Int32], from sourceCount: Int) {
    precondition(
      sources.allSatisfy { -1..<Int32(sourceCount) ~= $0 }, "a source outside the original")
    self.sources = sources
    self.sourceCount = sourceCount
  }

  /// Whether every scalar stays where it is, so that nothing has to be copied.
  package var isIdentity: Bool {
    sources.count == sourceCount && sources.indices.allSatisfy { sources[$0] == Int32($0) }
  }

  /// Whether every scalar of the original goes to exactly one place, and no constant stands
  /// anywhere. The image of a ball ‖x − c‖ ≤ ε is then the ball of the same radius around the image
  /// of c.
  package var isPermutation: Bool {
    sources.count == sourceCount && !sources.contains(-1) && Set(sources).count == sourceCount
  }
}
