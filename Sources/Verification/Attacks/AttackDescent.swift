import Bounds
import Foundation
import Networks
import Tensors

/// One run of PGD or FGSM: from one start for each example of a batch, until it falls or the steps
/// are done.
///
/// A step is steepest in the set's norm: along the gradient's signs for ℓ∞, along its direction for
/// ℓ2, along the largest coordinates for ℓ1; then the nearest point of the set is taken.
struct AttackDescent {
  private let attack: Attack
  private var rows: AttackedRows
  /// Where the followed examples are now.
  private var current: Tensor

  /// Starts at random points of the sets, or at the clean inputs for FGSM.
  ///
  /// - Parameters:
  ///   - images: The clean inputs, [batch, …input shape].
  ///   - targets: A class for each example that its answer is driven to; nil for the nearest.
  ///   - randoms: A stream for each example, for its start.
  init(
    _ attack: Attack, on network: Network, _ images: Tensor, labels: [Int], targets: [Int]?,
    within set: Perturbation, starts randoms: [RandomSource]
  ) {
    self.attack = attack
    let projection = SetProjection(set, around: images)
    rows = AttackedRows(network, labels: labels, targets: targets, projection)
    current = projection.nearest(
      to: attack.name == .fgsm ? images : projection.randomPoints(using: randoms))
  }

  /// Does all steps, and returns what was found for each example of the batch, or nil.
  ///
  /// Points are looked at before each step and after the last one, so the start counts too.
  mutating func run() -> [AttackFinding?] {
    for step in 0..<attack.steps {
      var (logits, gradient) = rows.network.lossGradient(
        at: current, attack.loss, labels: rows.labels, targets: rows.targets)
      let standing = rows.noteFallen(current, logits)
      guard !standing.isEmpty else { return rows.found }
      if standing.count < rows.places.count {
        rows.follow(standing)
        (current, gradient) = (current.rows(at: standing), gradient.rows(at: standing))
      }
      current = moved(against: gradient, step)
    }
    _ = rows.noteFallen(current, rows.network(current))
    return rows.found
  }

  /// The points after a step (from 0) against the gradient.
  private func moved(against gradient: Tensor, _ step: Int) -> Tensor {
    guard attack.name != .fgsm else { return rows.projection.farthest(against: gradient) }
    let set = rows.projection.set
    let length = set.epsilon * attack.relativeLength(ofStep: step)
    guard set.norm == .l1 else {
      return rows.projection.step(from: current, along: gradient, by: -length)
    }
    let size = gradient.count / max(gradient.shape[0], 1)
    let count = max(attack.sparsity(ofStep: step, of: size), min(set.fewestCoordinates, size))
    let each = rows.labels.count
    return rows.projection.descend(
      from: current, against: gradient, by: [Float](repeating: length, count: each),
      counts: [Int](repeating: count, count: each))
  }
}

extension Perturbation {
  /// The least number of coordinates on which ε can be spent in ℓ1: each has room for the width of
  /// the domain.
  fileprivate var fewestCoordinates: Int {
    guard let domain else { return 1 }
    let width = domain.upperBound - domain.lowerBound
    return Int(min((epsilon / width).rounded(.up), 1e9))
  }
}

extension Attack {
  /// Returns how many coordinates share a step in ℓ1: a fifth of them at first, falling by a
  /// constant factor to one when half of the steps are done. Many make way, one is what the ball's
  /// corners are.
  ///
  /// - Parameters:
  ///   - step: The step, from 0.
  ///   - size: The number of coordinates of an input.
  fileprivate func sparsity(ofStep step: Int, of size: Int) -> Int {
    let most = Float(max(size / 5, 1))
    let part = min(2 * Float(step + 1) / Float(max(steps, 1)), 1)
    return max(Int(pow(most, 1 - part)), 1)
  }
}
