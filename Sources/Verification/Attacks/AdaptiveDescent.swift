import Bounds
import Networks
import Tensors

/// One run of APGD (Croce and Hein 2020): momentum, a step for each example that is halved at
/// checkpoints where it no longer helps, and from there on the best point again.
///
/// With P the projection onto the set, η the example's step and d its steepest direction, a move of
/// ℓ∞ or ℓ2 is
///
///     z = P(x + η d)        x' = P(x + 0.75 (z − x) + 0.25 (x − x₋₁))
///
/// where x₋₁ is the point before x; the first move is to z itself. In ℓ1 (Croce and Hein 2021)
/// there is no momentum: a step is shared by the largest coordinates, and their number follows how
/// many coordinates of the best point differ from the input's.
struct AdaptiveDescent {
  private let attack: Attack
  private var rows: AttackedRows
  /// The step of each followed example, and whether it still helps.
  private var states: [AdaptiveState]
  /// Where the followed examples are now.
  private var current: Tensor
  /// Where they were a step before, for the momentum.
  private var previous: Tensor
  /// The points with the least loss so far.
  private var best: Tensor
  /// The gradients at the best points, so that a restart from them costs no evaluation.
  private var bestGradient: Tensor

  /// Starts at given points.
  ///
  /// - Parameters:
  ///   - points: Points of the sets, [batch, …input shape].
  ///   - targets: A class for each example that its answer is driven to; nil for the nearest.
  ///   - projection: The sets, around as many images.
  init(
    _ attack: Attack, on network: Network, from points: Tensor, labels: [Int], targets: [Int]?,
    within projection: SetProjection
  ) {
    self.attack = attack
    rows = AttackedRows(network, labels: labels, targets: targets, projection)
    (current, previous, best, bestGradient) = (points, points, points, points)
    let size = points.count / max(points.shape[0], 1)
    states = labels.map { _ in
      AdaptiveState(
        norm: projection.set.norm, epsilon: projection.set.epsilon, steps: attack.steps, size: size)
    }
  }

  /// Does all steps, and returns what was found for each example, or nil.
  mutating func run() -> [AttackFinding?] {
    for step in 0..<attack.steps {
      var (logits, gradient) = rows.network.lossGradient(
        at: current, attack.loss, labels: rows.labels, targets: rows.targets)
      let standing = rows.noteFallen(current, logits)
      guard !standing.isEmpty else { return rows.found }
      if standing.count < rows.places.count {
        follow(standing)
        (logits, gradient) = (logits.rows(at: standing), gradient.rows(at: standing))
      }
      noteBest(logits, gradient)
      adapt(step, &gradient)
      move(step, gradient)
    }
    _ = rows.noteFallen(current, rows.network(current))
    return rows.found
  }

  /// Leaves out all examples but those in some rows.
  private mutating func follow(_ standing: [Int]) {
    rows.follow(standing)
    states = standing.map { states[$0] }
    current = current.rows(at: standing)
    previous = previous.rows(at: standing)
    best = best.rows(at: standing)
    bestGradient = bestGradient.rows(at: standing)
  }

  /// Notes the losses of a step, and keeps the points that are the best of their example.
  private mutating func noteBest(_ logits: Tensor, _ gradient: Tensor) {
    let values = attack.loss.values(at: logits, labels: rows.labels, targets: rows.targets)
    let better = values.indices.filter { states[$0].note(values[$0]) }
    best = best.replacingRows(at: better, from: current)
    bestGradient = bestGradient.replacingRows(at: better, from: gradient)
  }

  /// At a checkpoint, changes the steps; rows that got shorter ones go on from their best points.
  private mutating func adapt(_ step: Int, _ gradient: inout Tensor) {
    guard states.contains(where: { $0.isCheckpoint(step) }) else { return }
    let moved =
      rows.projection.set.norm == .l1 ? best.rowsDiffering(from: rows.projection.center) : nil
    let restarted = states.indices.filter { states[$0].adapt(at: step, moved: moved?[$0]) }
    current = current.replacingRows(at: restarted, from: best)
    previous = previous.replacingRows(at: restarted, from: best)
    gradient = gradient.replacingRows(at: restarted, from: bestGradient)
  }

  /// Moves all followed examples against their gradients.
  private mutating func move(_ step: Int, _ gradient: Tensor) {
    let projection = rows.projection
    var next = projection.descend(
      from: current, against: gradient, by: states.map(\.length), counts: states.map(\.count))
    if projection.set.norm != .l1, step > 0 {
      next = projection.nearest(to: current + (next - current) * 0.75 + (current - previous) * 0.25)
    }
    (previous, current) = (current, next)
  }
}

extension Tensor {
  /// Returns for each row of the first axis the number of scalars that are not the other tensor's.
  fileprivate func rowsDiffering(from other: Tensor) -> [Int] {
    let size = count / max(shape[0], 1)
    return read { x in
      other.read { y in
        (0..<shape[0]).map { row in
          (row * size..<(row + 1) * size).reduce(0) { $0 + (x[$1] != y[$1] ? 1 : 0) }
        }
      }
    }
  }
}
