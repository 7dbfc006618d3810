import Bounds
import Networks
import Tensors

/// An input of a perturbation set with a wrong answer, found by an attack.
///
/// It lies in the set and not only near it: its distance from the clean input is that of the
/// Float32 numbers that both consist of, computed in double precision, and the network has been
/// evaluated on these very numbers.
public struct AttackFinding: Sendable, Equatable {
  /// The input, [1, …input shape].
  public let input: Tensor
  /// The class that the network answers there, which is not the label.
  public let answer: Int
  /// The distance from the clean input in the set's norm, at most ε.
  public let distance: Float
  /// The label's logit minus the largest other one at the input, not above 0.
  public let margin: Float
}

extension Attack {
  /// Attacks a batch with all restarts and targets, each example until it falls.
  ///
  /// An example that is answered wrongly on the clean input is attacked like any other. Starts
  /// depend on the seed and on the examples' numbers, not on what else is in the batch.
  ///
  /// - Parameters:
  ///   - images: The clean inputs, [batch, …input shape].
  ///   - labels: Their classes.
  ///   - indices: The examples' numbers, such as their places in the data.
  /// - Returns: For each example what was found, or nil.
  package func findings(
    in network: Network, around images: Tensor, labels: [Int], within set: Perturbation,
    seed: UInt64 = 0, indices: [Int]
  ) -> [AttackFinding?] {
    var batch = AttackBatch(network, images, labels, set, indices, seed)
    if name == .apgd { batch.open(self) }
    let targets = name == .multiTargeted ? Self.targets(network(images), labels) : nil
    for restart in (name == .apgd ? 1 : 0)..<max(restarts, 1) {
      for turn in 0..<(targets == nil ? 1 : network.classes - 1) {
        batch.descend(self, restart, targets.map { targets in targets.map { $0[turn] } })
      }
    }
    return batch.found
  }

  /// Returns for each example all classes but the label, those with the largest logits first.
  ///
  /// - Parameter logits: The outputs on the clean inputs, [batch, classes].
  static func targets(_ logits: Tensor, _ labels: [Int]) -> [[Int]] {
    let (scalars, classes) = (logits.scalars, logits.shape[1])
    return labels.enumerated().map { example, label in
      (0..<classes).filter { $0 != label }.sorted { one, other in
        scalars[example * classes + one] > scalars[example * classes + other]
      }
    }
  }
}

/// A batch under attack, with what all descents together have found.
///
/// Each descent takes only the examples that stand. So an attack costs most where it fails.
private struct AttackBatch {
  private let network: Network
  private let images: Tensor
  private let labels: [Int]
  private let set: Perturbation
  private let indices: [Int]
  private let seed: UInt64
  /// For each example of the batch what was found; nil while it stands.
  private(set) var found: [AttackFinding?]

  init(
    _ network: Network, _ images: Tensor, _ labels: [Int], _ set: Perturbation, _ indices: [Int],
    _ seed: UInt64
  ) {
    (self.network, self.images, self.labels) = (network, images, labels)
    (self.set, self.indices, self.seed) = (set, indices, seed)
    found = [AttackFinding?](repeating: nil, count: labels.count)
  }

  /// The places of the examples for which nothing was found yet.
  private var standing: [Int] { found.indices.filter { found[$0] == nil } }

  /// APGD's first descent, from the opening's points. In ℓ1 these have all of ε on a few
  /// coordinates, and others are hard to reach from there, so the descent is from random points.
  mutating func open(_ attack: Attack) {
    let opening = AttackOpening(on: network, images, labels: labels, within: set)
    found = opening.found
    guard set.norm != .l1 else { return descend(attack, 0, nil) }
    let standing = opening.standing
    guard !standing.isEmpty else { return }
    var descent = AdaptiveDescent(
      attack, on: network, from: opening.points, labels: standing.map { labels[$0] }, targets: nil,
      within: SetProjection(set, around: images.rows(at: standing)))
    for (example, finding) in zip(standing, descent.run()) { found[example] = finding }
  }

  /// One more descent for those that stand, from random points.
  ///
  /// - Parameters:
  ///   - restart: The number of the start, which the random points depend on.
  ///   - targets: A class for each example of the whole batch; nil for the nearest one.
  mutating func descend(_ attack: Attack, _ restart: Int, _ targets: [Int]?) {
    let standing = standing
    guard !standing.isEmpty else { return }
    let labels = standing.map { self.labels[$0] }
    let images = self.images.rows(at: standing)
    let targets = targets.map { targets in standing.map { targets[$0] } }
    let starts = standing.enumerated().map { position, example in
      let target = targets.map { " \($0[position])" } ?? ""
      return RandomSource(
        seed: seed, purpose: "attack \(restart)\(target)", index: indices[example])
    }
    for (example, finding) in zip(
      standing, run(attack, images, labels, targets: targets, starts: starts))
    {
      found[example] = finding
    }
  }

  /// Runs one descent of the attack's kind on some examples.
  private func run(
    _ attack: Attack, _ images: Tensor, _ labels: [Int], targets: [Int]?, starts: [RandomSource]
  ) -> [AttackFinding?] {
    guard attack.name == .apgd else {
      var descent = AttackDescent(
        attack, on: network, images, labels: labels, targets: targets, within: set, starts: starts)
      return descent.run()
    }
    let projection = SetProjection(set, around: images)
    var descent = AdaptiveDescent(
      attack, on: network, from: projection.nearest(to: projection.randomPoints(using: starts)),
      labels: labels, targets: targets, within: projection)
    return descent.run()
  }
}
