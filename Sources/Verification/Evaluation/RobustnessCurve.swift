import Bounds
import Datasets
import Networks
import Tensors

/// The errors of a network over a range of ε.
///
/// Sets of one norm are nested: what is certified at an ε is so at smaller ones, and what is broken
/// at an ε is so at larger ones. Neither is computed again, and so both errors rise with ε. A point
/// may therefore be better than a report at that ε alone: a bound that is tighter at a larger ε
/// counts at the smaller one too.
public struct RobustnessCurve: Sendable {
  /// What is known at one ε.
  public struct Point: Sendable, Equatable {
    /// ε, in raw pixel units.
    public let epsilon: Float
    /// The fraction misclassified without perturbation, which is the same at all points.
    public let standardError: Float
    /// The fraction misclassified, or broken within ε.
    public let attackedError: Float
    /// The certified error for each method of the target in order: the fraction that neither it nor
    /// those before it certify.
    public let certifiedErrors: [Float]
  }

  /// The norm, the domain and the methods; its ε does not count.
  public let target: CertificationTarget
  /// The attack, with its effort.
  public let attack: Attack
  /// The points, in ascending ε.
  public let points: [Point]
  /// Indices of examples that were broken within an ε at which they were certified: never to be
  /// ignored.
  public let contradictions: [Int]
  /// The number of examples, of which errors are fractions.
  public let examples: Int
}

extension Network {
  /// Certifies and attacks every example at every ε where the answer does not follow from
  /// another's.
  ///
  /// ```swift
  /// let curve = try network.robustnessCurve(
  ///   on: data.test, target: target, at: [0, 0.05, 0.1, 0.2], attack: .apgd())
  /// for point in curve.points {
  ///   print(point.epsilon, point.attackedError, point.certifiedErrors.last ?? 1)
  /// }
  /// ```
  ///
  /// A budget that is spent ends the work: what is not decided by then counts as neither certified
  /// nor broken, so errors stay on their side of the truth.
  ///
  /// - Parameters:
  ///   - target: The set and the methods; its ε does not count.
  ///   - epsilons: The values of ε in any order, none negative; each counts once.
  ///   - attack: The attack on examples that stand at smaller ε.
  ///   - seed: Decides the attack's random starts, the same at every ε.
  ///   - observe: Called soon after examples are done at an ε. What it throws ends the work.
  /// - Throws: `BoundsError`, `InvalidValue` for an attack that makes no sense,
  ///   and what `observe` throws.
  /// - Precondition: Every ε is finite and not negative.
  public func robustnessCurve(
    on data: LabeledImages, target: CertificationTarget, at epsilons: [Float], attack: Attack,
    seed: UInt64 = 0, budget: Budget = Budget(),
    observe: (WorkProgress) throws -> Void = { _ in }
  ) throws -> RobustnessCurve {
    try attack.validate()
    let epsilons = Set(epsilons).sorted()
    let right = rightAnswers(on: data)
    let ends = try certifiedEnds(right, epsilons, data, target, budget, observe)
    let starts = try brokenStarts(
      right, epsilons.map(target.perturbation.withEpsilon), data, attack, seed, budget, observe)
    func error(_ isGood: (Int) -> Bool) -> Float {
      Float(data.count - right.count(where: isGood)) / Float(max(data.count, 1))
    }
    let points = epsilons.indices.map { at in
      RobustnessCurve.Point(
        epsilon: epsilons[at], standardError: error { _ in true },
        attackedError: error { starts[$0] > at },
        certifiedErrors: target.methods.indices.map { method in
          error { ends[$0][method] >= at }
        })
    }
    return RobustnessCurve(
      target: target, attack: attack, points: points,
      contradictions: right.filter { index in ends[index].contains { $0 >= starts[index] } },
      examples: data.count)
  }

  /// Indices of the examples that are answered rightly without perturbation, ascending.
  private func rightAnswers(on data: LabeledImages) -> [Int] {
    let groups = Groups(of: data.count, size: 250)
    return Array(
      Lanes.map(groups.count) { part in
        let batch = data.batch(groups[part])
        return zip(groups[part], zip(self(batch.images).argmaxOfRows, batch.labels))
          .filter { $1.0 == $1.1 }.map(\.0)
      }.joined())
  }

  /// Returns for each example and method the place of the largest ε at which it or a method before
  /// it certifies the example; −1 for none.
  ///
  /// From the largest ε down, an example is tried by the methods before the one that has certified
  /// it at a larger ε.
  private func certifiedEnds(
    _ right: [Int], _ epsilons: [Float], _ data: LabeledImages, _ target: CertificationTarget,
    _ budget: Budget, _ observe: (WorkProgress) throws -> Void
  ) throws -> [[Int]] {
    let methods = target.methods
    let decisions = try Decisions(
      self, ExampleSource(data), target.perturbation, by: methods, arithmetic: target.arithmetic,
      budget: budget)
    var ends = [[Int]](repeating: [Int](repeating: -1, count: methods.count), count: data.count)
    for at in epsilons.indices.reversed() {
      let examples = right.compactMap { index in
        let open = ends[index].prefix { $0 < at }.count
        return open > 0 ? OpenExamples.Example(index: index, methods: open) : nil
      }
      var done = 0
      try OpenItems.work(
        on: decisions.items(examples, epsilon: epsilons[at]),
        mostAtOnce: min(examples.count, decisions.itemsAtOnce), budget: budget
      ) {
        decisions.advance($0)
      } deliver: { verdicts in
        for verdict in verdicts where verdict.status == .certified {
          guard let first = methods.firstIndex(of: verdict.method) else { continue }
          for method in first..<methods.count where ends[verdict.index][method] < at {
            ends[verdict.index][method] = at
          }
        }
        done += verdicts.count
        try observe(
          WorkProgress(.certification, done: done, of: examples.count, epsilon: epsilons[at]))
      }
    }
    return ends
  }

  /// Returns for each example the place of the smallest ε within which it was broken; the number of
  /// ε for none.
  ///
  /// From the smallest ε up, only examples that stand are attacked. At ε = 0 nothing can be broken.
  private func brokenStarts(
    _ right: [Int], _ sets: [Perturbation], _ data: LabeledImages, _ attack: Attack,
    _ seed: UInt64, _ budget: Budget, _ observe: (WorkProgress) throws -> Void
  ) throws -> [Int] {
    var starts = [Int](repeating: sets.count, count: data.count)
    for (at, set) in sets.enumerated() where set.epsilon > 0 {
      let standing = right.filter { starts[$0] == sets.count }
      var done = 0
      try OpenItems.work(
        on: standing.split(by: 50), mostAtOnce: standing.count, budget: budget
      ) { indices in
        let batch = data.batch(indices)
        let found = attack.findings(
          in: self, around: batch.images, labels: batch.labels, within: set, seed: seed,
          indices: indices)
        return OpenItems.Outcome(results: zip(indices, found).map { ($0, $1 != nil) })
      } deliver: { results in
        for (index, isBroken) in results where isBroken { starts[index] = at }
        done += results.count
        try observe(
          WorkProgress(.attack, done: done, of: standing.count, epsilon: set.epsilon))
      }
    }
    return starts
  }
}
