import Bounds
import Networks
import Tensors
import Verification

extension SelectionReport {
  /// What a part of the held-out examples shows, as counts that parts can be added by.
  fileprivate struct Part {
    /// Examples that are misclassified without perturbation.
    var wrong = 0
    /// Examples that are not certified.
    var unverified = 0
    /// Examples that are misclassified, or for which the attack found a wrong answer.
    var broken = 0
    var reluStatistics: [ReLUStatistics] = []
    /// The number of examples answered with each class.
    var answers: [Int] = []
    /// The number of examples that belong to each class.
    var labels: [Int] = []
    /// Paths of the layers that are 0 on every example of the part.
    var deadLayers: [String] = []

    /// Takes in another part. A layer is dead only where it is in both.
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
  /// Judges the network on some of the held-out examples, as it is at the end of an epoch.
  ///
  /// The examples are worked on in groups of 125, side by side on all threads; the groups do not
  /// depend on the number of threads. With an average of weights it is the averaged network that is
  /// judged.
  ///
  /// - Parameter held: Indices into the data, as ``HoldoutSplit/heldOut`` has them.
  /// - Returns: The errors at the selection ε (``TrainingPlan/selectionEpsilon``); nil for no
  ///   examples.
  func selectionReport(of held: [Int]) -> SelectionReport? {
    let network = boundedNetwork
    let groups = Groups(of: held.count, size: 125)
    let parts = Lanes.map(groups.count) { selectionPart(network, held[groups[$0]]) }
    guard var total = parts.first else { return nil }
    for part in parts.dropFirst() { total.add(part) }
    return SelectionReport(
      standardError: Float(total.wrong) / Float(held.count),
      verifiedError: Float(total.unverified) / Float(held.count),
      attackedError: plan.objective.selection == .attackedError
        ? Float(total.broken) / Float(held.count) : nil,
      reluStatistics: total.reluStatistics, answers: total.answers, labels: total.labels,
      deadLayers: total.deadLayers)
  }

  /// Judges a group of examples: answers, certification, and the attack where the objective selects
  /// by it, all on the same intervals around the images.
  private func selectionPart(
    _ network: BoundedNetwork, _ indices: ArraySlice<Int>
  ) -> SelectionReport.Part {
    let batch = split.data.batch(indices)
    let set = plan.perturbation.withEpsilon(plan.selectionEpsilon)
    let bounds = network.bounding(over: set.region(around: batch.images, in: .real))
    let (plain, classes) = (network.network, network.network.classes)
    let answers = plain(batch.images).argmaxOfRows
    return SelectionReport.Part(
      wrong: zip(answers, batch.labels).count { $0 != $1 },
      unverified: unverified(bounds, batch.labels, answers, classes: classes),
      broken: broken(plain, batch.images, batch.labels, answers, set, indices),
      reluStatistics: bounds.reluStatistics, answers: Self.counts(of: answers, classes: classes),
      labels: Self.counts(of: batch.labels, classes: classes),
      deadLayers: deadLayers(network, batch.images, bounds.reluStatistics))
  }

  /// Returns how many examples are not certified, by the method that the objective selects by or
  /// else by intervals.
  ///
  /// Only examples that are answered rightly are bounded. A margin of 0 certifies nothing, since
  /// two classes may then be answered alike, and neither does NaN.
  private func unverified(
    _ bounds: Bounding, _ labels: [Int], _ answers: [Int], classes: Int
  ) -> Int {
    var method = BoundMethod.interval
    if case .verifiedError(let chosen) = plan.objective.selection { method = chosen }
    let right = labels.indices.filter { answers[$0] == labels[$0] }
    let budget = Budget().share
    let groups = Groups(of: right.count, size: method.examplesAtOnce)
    let verified = groups.reduce(0) { sum, group in
      let examples = Array(right[group])
      var part = examples.count == bounds.batch ? bounds : bounds.examples(at: examples)
      let specification = Specification.margins(of: examples.map { labels[$0] }, classes: classes)
      let margins = part.lowerBounds(of: specification, by: method, budget: budget)
      return sum + margins.minimumOfRows.count { $0 > 0 }
    }
    return labels.count - verified
  }

  /// The number of times that each class occurs; −1, the answer where a logit is NaN, is not
  /// counted.
  private static func counts(of classes: [Int], classes count: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: count)
    for value in classes where counts.indices ~= value { counts[value] += 1 }
    return counts
  }

  /// Returns the paths of ReLU layers that are 0 on all clean images of a group.
  ///
  /// - Parameter statistics: Counts at the selection ε. A layer that has an active ReLU there is
  ///   not dead, so where all have one the pass over the clean images is saved.
  private func deadLayers(
    _ network: BoundedNetwork, _ images: Tensor, _ statistics: [ReLUStatistics]
  ) -> [String] {
    guard statistics.contains(where: { $0.active == 0 }) else { return [] }
    // At ε = 0 the intervals are points, the pre-activations of the clean images.
    let points = plan.perturbation.withEpsilon(0).region(around: images, in: .real)
    return network.bounding(over: points).reluStatistics
      .filter { $0.inactive == $0.total }.map(\.path)
  }

  /// Returns how many examples are answered wrongly as they are, or by what projected gradient
  /// descent finds (10 steps from one start each); 0 where the objective does not select by it.
  private func broken(
    _ network: Network, _ images: Tensor, _ labels: [Int], _ answers: [Int], _ set: Perturbation,
    _ indices: ArraySlice<Int>
  ) -> Int {
    guard plan.objective.selection == .attackedError else { return 0 }
    let findings = Attack.pgd(steps: 10, restarts: 1)
      .findings(
        in: network, around: images, labels: labels, within: set, seed: plan.seed,
        indices: Array(indices))
    return labels.indices.count { answers[$0] != labels[$0] || findings[$0] != nil }
  }
}
