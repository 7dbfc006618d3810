import Bounds
import Networks
import Tensors
import Verification

extension SelectionReport {
  /// Of a part of the held-out examples, as counts.
  fileprivate struct Part {
    var wrong = 0
    var unverified = 0
    var broken = 0
    var reluStatistics: [ReLUStatistics] = []
    var answers: [Int] = []
    var labels: [Int] = []
    var deadLayers: [String] = []

    mutating func add(_ other: Part) {
      wrong += other.wrong
      unverified += other.unverified
      broken += other.broken
      reluStatistics = zip(reluStatistics, other.reluStatistics).map(+)
      answers = zip(answers, other.answers).map(+)
      labels = zip(labels, other.labels).map(+)
      deadLayers.removeAll { !other.deadLayers.contains($0) }
    }
  }
}

extension TrainingRun {
  /// How the network does on some of the held-out examples; nil on none.
  func selectionReport(of held: [Int]) throws -> SelectionReport? {
    guard !held.isEmpty else { return nil }
    let network = self.network
    var sum: SelectionReport.Part?
    for group in ChunkGroups(of: held.count, size: 125) {
      for part in try Lanes.map(group.count, { try selectionPart(network, held[group[$0]]) }) {
        if sum == nil { sum = part } else { sum!.add(part) }
      }
    }
    guard let total = sum else { return nil }
    return SelectionReport(
      standardError: Float(total.wrong) / Float(held.count),
      verifiedError: Float(total.unverified) / Float(held.count),
      attackedError: plan.objective.selection == .attackedError
        ? Float(total.broken) / Float(held.count) : nil,
      reluStatistics: total.reluStatistics, answers: total.answers, labels: total.labels,
      deadLayers: total.deadLayers)
  }

  private func selectionPart(
    _ network: Network, _ indices: ArraySlice<Int>
  ) throws -> SelectionReport.Part {
    let batch = split.data.batch(indices)
    let set = plan.perturbation.withEpsilon(plan.selectionEpsilon)
    let bounds = try BoundPropagation(network, on: set.region(around: batch.images))
    let answers = network(batch.images).argmaxOfRows
    return SelectionReport.Part(
      wrong: zip(answers, batch.labels).count { $0 != $1 },
      unverified: try unverified(network, batch.images, batch.labels, set, bounds),
      broken: broken(network, batch.images, batch.labels, set, indices),
      reluStatistics: bounds.reluStatistics,
      answers: Self.counts(of: answers, classes: network.classes),
      labels: Self.counts(of: batch.labels, classes: network.classes),
      deadLayers: try deadLayers(network, batch.images, bounds.reluStatistics))
  }

  /// How many examples are not certified by the method that the objective selects by, or intervals.
  private func unverified(
    _ network: Network, _ images: Tensor, _ labels: [Int], _ set: Perturbation,
    _ bounds: BoundPropagation
  ) throws -> Int {
    switch plan.objective.selection {
    case .verifiedError(let method) where method != .interval:
      try certify(
        network, images, labels: labels, against: set, by: [method],
        memoryBudget: certificationMemory / Threads.count
      ).count { $0.status != .certified }
    default:
      bounds.intervalBounds(.margins(of: labels, classes: network.classes)).minimumOfRows
        .count { !($0 > 0) }
    }
  }

  private static func counts(of classes: [Int], classes count: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: count)
    for value in classes where counts.indices ~= value { counts[value] += 1 }
    return counts
  }

  /// Paths of ReLU layers that are 0 on clean images.
  ///
  /// - Parameter statistics: At some ε; only where it has no active ReLU may a layer be dead.
  private func deadLayers(
    _ network: Network, _ images: Tensor, _ statistics: [ReLUStatistics]
  ) throws -> [String] {
    guard statistics.contains(where: { $0.active == 0 }) else { return [] }
    let points = plan.perturbation.withEpsilon(0).region(around: images)
    return try BoundPropagation(network, on: points).reluStatistics
      .filter { $0.inactive == $0.total }.map(\.path)
  }

  /// How many examples projected gradient descent breaks, where the objective asks for it.
  private func broken(
    _ network: Network, _ images: Tensor, _ labels: [Int], _ set: Perturbation,
    _ indices: ArraySlice<Int>
  ) -> Int {
    guard plan.objective.selection == .attackedError else { return 0 }
    return Attack.pgd(steps: 10, restarts: 1)
      .findings(
        in: network, around: images, labels: labels, within: set, seed: plan.seed,
        indices: Array(indices)
      )
      .count { $0 != nil }
  }
}
