import Bounds
import Datasets
import Networks
import Tensors

/// Errors of a network over a range of ε.
///
/// Sets of one norm are nested: what is certified at an ε is so at smaller ones, what is broken at
/// an ε is so at larger ones. Neither is computed again, and both errors rise with ε.
public struct RobustnessCurve: Sendable {
  /// What is known at one ε.
  public struct Point: Sendable, Equatable {
    public let epsilon: Float
    /// The fraction misclassified without perturbation.
    public let standardError: Float
    /// The fraction misclassified, or broken within ε.
    public let attackedError: Float
    /// For each method the fraction that neither it nor those before it certify.
    public let certifiedErrors: [Float]
  }

  public let target: CertificationTarget
  public let attack: Attack
  /// In ascending ε.
  public let points: [Point]
  /// Examples that were broken within an ε at which they were certified: never to be ignored.
  public let contradictions: [Int]
  public let examples: Int
}

extension RobustnessCurve {
  /// Certifies and attacks every example at every ε where the answer does not follow from
  /// another's.
  ///
  /// - Parameters:
  ///   - target: Its ε does not count.
  ///   - progress: Called with the ε at which work goes on.
  /// Throws ``BoundsError`` and what `progress` throws.
  public init(
    of network: Network, on data: LabeledImages, target: CertificationTarget, at epsilons: [Float],
    attack: Attack, seed: UInt64 = 0, memoryBudget: Int = certificationMemory,
    progress: (ModelReport.Stage, Float) throws -> Void = { _, _ in }
  ) throws {
    let epsilons = Set(epsilons).sorted()
    let sets = epsilons.map(target.perturbation.withEpsilon)
    let right = Self.rightAnswers(of: network, on: data)
    let certified = try Self.certifiedEnds(
      right, sets, target.methods,
      CertificationBatches(
        network: network, data: data, methods: [], memoryBudget: memoryBudget), progress)
    let broken = try Self.brokenStarts(network, data, right, sets, attack, seed, progress)
    func error(_ isGood: (Int) -> Bool) -> Float {
      Float(data.count - right.count(where: isGood)) / Float(max(data.count, 1))
    }
    points = epsilons.indices.map { at in
      Point(
        epsilon: epsilons[at], standardError: error { _ in true },
        attackedError: error { broken[$0] > at },
        certifiedErrors: certified.map { ends in error { ends[$0] >= at } })
    }
    contradictions = right.filter { index in certified.contains { $0[index] >= broken[index] } }
    (self.target, self.attack, examples) = (target, attack, data.count)
  }

  private static func rightAnswers(of network: Network, on data: LabeledImages) -> [Int] {
    ChunkGroups(of: data.count, size: 250).flatMap { group in
      Lanes.map(group.count) { part in
        let batch = data.batch(group[part])
        return zip(group[part], zip(network(batch.images).argmaxOfRows, batch.labels))
          .filter { $1.0 == $1.1 }.map(\.0)
      }.joined()
    }
  }

  /// For each method and example the place of the largest ε at which it or a method before it
  /// certifies the example; −1 for none.
  private static func certifiedEnds(
    _ right: [Int], _ sets: [Perturbation], _ methods: [BoundMethod],
    _ batches: CertificationBatches, _ progress: (ModelReport.Stage, Float) throws -> Void
  ) throws -> [[Int]] {
    var ends = [Int](repeating: -1, count: batches.data.count)
    return try methods.map { method in
      let batches = CertificationBatches(
        network: batches.network, data: batches.data, methods: [method],
        memoryBudget: batches.memoryBudget)
      for at in sets.indices.reversed() {
        let open = right.filter { ends[$0] < at }
        try progress(.certify, sets[at].epsilon)
        for verdict in try batches.verdicts(on: open, sets[at]) where verdict.status == .certified {
          ends[verdict.index] = at
        }
      }
      return ends
    }
  }

  /// For each example the place of the smallest ε within which it was broken; the number of ε for
  /// none.
  private static func brokenStarts(
    _ network: Network, _ data: LabeledImages, _ right: [Int], _ sets: [Perturbation],
    _ attack: Attack, _ seed: UInt64, _ progress: (ModelReport.Stage, Float) throws -> Void
  ) throws -> [Int] {
    var starts = [Int](repeating: sets.count, count: data.count)
    for (at, set) in sets.enumerated() where set.epsilon > 0 {
      try progress(.attack, set.epsilon)
      let standing = right.filter { starts[$0] == sets.count }
      for group in ChunkGroups(of: standing.count, size: 250) {
        let parts = Lanes.map(group.count) { part in
          let indices = Array(standing[group[part]])
          let batch = data.batch(indices)
          let found = attack.findings(
            in: network, around: batch.images, labels: batch.labels, within: set, seed: seed,
            indices: indices)
          return zip(indices, found).filter { $1 != nil }.map(\.0)
        }
        for index in parts.joined() { starts[index] = at }
      }
    }
    return starts
  }
}
