import Bounds
import Networks
import Tensors

/// An input of a perturbation set with a wrong answer.
public struct AttackFinding: Sendable, Equatable {
  /// [1, …input shape].
  public let input: Tensor
  /// The network's answer there.
  public let answer: Int
}

extension Attack {
  /// Attacks a batch with all restarts and targets, each example until it falls.
  ///
  /// - Parameters:
  ///   - images: [batch, …input shape].
  ///   - indices: The examples' numbers. Starts depend on the seed and on them, not on what else is
  ///     in the batch.
  /// - Returns: For each example what was found, or nil.
  public func findings(
    in network: Network, around images: Tensor, labels: [Int], within set: Perturbation,
    seed: UInt64 = 0, indices: [Int]
  ) -> [AttackFinding?] {
    var found = [AttackFinding?](repeating: nil, count: labels.count)
    let targets = name == .multiTargeted ? Self.targets(network(images), labels) : nil
    for restart in 0..<restarts {
      for turn in 0..<(targets == nil ? 1 : network.classes - 1) {
        let standing = found.indices.filter { found[$0] == nil }
        guard !standing.isEmpty else { return found }
        var descent = AttackDescent(
          self, on: network, images.rows(at: standing), labels: standing.map { labels[$0] },
          targets: targets.map { targets in standing.map { targets[$0][turn] } }, within: set,
          starts: standing.map { example in
            let target = targets.map { " \($0[example][turn])" } ?? ""
            return RandomSource(
              seed: seed, purpose: "attack \(restart)\(target)", index: indices[example])
          })
        for (example, finding) in zip(standing, descent.run()) { found[example] = finding }
      }
    }
    return found
  }

  /// All classes but the label for each example, those with the largest logits first.
  private static func targets(_ logits: Tensor, _ labels: [Int]) -> [[Int]] {
    let (scalars, classes) = (logits.scalars, logits.shape[1])
    return labels.enumerated().map { example, label in
      (0..<classes).filter { $0 != label }.sorted { one, other in
        scalars[example * classes + one] > scalars[example * classes + other]
      }
    }
  }
}
