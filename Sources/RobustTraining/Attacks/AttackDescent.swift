import Bounds
import Networks
import Tensors

/// One run of an attack: from one start for each example of a batch, until it falls or the steps
/// are done. Examples that have fallen leave the batch, so that later steps do not pay for them.
struct AttackDescent {
  private let attack: Attack
  private let network: Network
  private let epsilon: Float
  /// Of the examples still followed: their places in the batch, and what belongs to each.
  private var places: [Int]
  private var labels: [Int]
  private var targets: [Int]?
  private var projection: SetProjection
  private var current: Tensor
  private var found: [AttackFinding?]

  /// - Parameters:
  ///   - images: [batch, …input shape].
  ///   - targets: A class for each example that its answer is driven to; nil for the nearest.
  ///   - randoms: A stream for each example, for its start.
  init(
    _ attack: Attack, on network: Network, _ images: Tensor, labels: [Int], targets: [Int]?,
    within set: Perturbation, starts randoms: [RandomSource]
  ) {
    (self.attack, self.network, self.labels, self.targets) = (attack, network, labels, targets)
    epsilon = set.epsilon
    places = Array(labels.indices)
    found = [AttackFinding?](repeating: nil, count: labels.count)
    projection = SetProjection(set, around: images)
    current = projection.project(
      attack.name == .fgsm ? images : projection.randomPoints(using: randoms))
  }

  /// What was found for each example.
  mutating func run() -> [AttackFinding?] {
    for step in 0..<attack.steps {
      var (logits, gradient) = network.lossGradient(
        at: current, attack.loss, labels: labels, targets: targets)
      let standing = noteFallen(logits)
      guard !standing.isEmpty else { return found }
      if standing.count < places.count { follow(standing, &gradient) }
      let length = epsilon * attack.relativeLength(ofStep: step)
      current = projection.step(from: current, along: gradient, by: -length)
    }
    _ = noteFallen(network(current))
    return found
  }

  /// Notes the rows whose answer is another than the label; returns those that stand.
  private mutating func noteFallen(_ logits: Tensor) -> [Int] {
    var standing: [Int] = []
    for (row, answer) in logits.argmaxOfRows.enumerated() {
      if answer == labels[row] || answer < 0 {
        standing.append(row)
      } else {
        found[places[row]] = AttackFinding(input: current.rows(row..<row + 1), answer: answer)
      }
    }
    return standing
  }

  /// Leaves out all other rows.
  private mutating func follow(_ rows: [Int], _ gradient: inout Tensor) {
    places = rows.map { places[$0] }
    labels = rows.map { labels[$0] }
    targets = targets.map { targets in rows.map { targets[$0] } }
    projection = projection.rows(at: rows)
    current = current.rows(at: rows)
    gradient = gradient.rows(at: rows)
  }
}
