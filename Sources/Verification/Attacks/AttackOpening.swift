import Bounds
import Networks
import Tensors

/// What APGD tries first, and starts from.
///
/// For each of the nearest other classes it takes the point of the set that is worst by the
/// gradient of its margin at the image, and keeps of these the one with the smallest margin. For a
/// linear network this is the answer itself, in every norm, since its gradient is the same
/// everywhere.
struct AttackOpening {
  /// More classes than these are not tried.
  private static let mostTargets = 9

  /// The best point for each example that stands, in the order of ``standing``.
  private(set) var points: Tensor
  /// The places in the batch of the examples that have not fallen.
  var standing: [Int] { rows.places }
  /// What was found, for each example of the batch.
  var found: [AttackFinding?] { rows.found }
  private var rows: AttackedRows
  /// The smallest margin so far of each example that stands, at its point.
  private var margins: [Float]

  /// Tries the nearest classes of a batch, one after the other.
  ///
  /// - Parameter images: The clean inputs, [batch, …input shape].
  init(on network: Network, _ images: Tensor, labels: [Int], within set: Perturbation) {
    let logits = network(images)
    rows = AttackedRows(
      network, labels: labels, targets: nil, SetProjection(set, around: images))
    (points, margins) = (images, logits.margins(of: labels))
    var rivals = Attack.targets(logits, labels)
    for turn in 0..<min(network.classes - 1, Self.mostTargets) where !rows.places.isEmpty {
      let standing = attempt(rivals.map { $0[turn] })
      rivals = standing.map { rivals[$0] }
    }
  }

  /// Goes to the farthest point towards one class for each followed example.
  ///
  /// - Returns: The rows that stand, as places among those followed before.
  private mutating func attempt(_ targets: [Int]) -> [Int] {
    let (network, projection) = (rows.network, rows.projection)
    let gradient = network.lossGradient(
      at: projection.center, .margin, labels: rows.labels, targets: targets
    ).gradient
    let ends = projection.farthest(against: gradient)
    let logits = network(ends)
    let reached = logits.margins(of: rows.labels)
    let better = reached.indices.filter { reached[$0] < margins[$0] }
    for row in better { margins[row] = reached[row] }
    points = points.replacingRows(at: better, from: ends)
    let standing = rows.noteFallen(ends, logits)
    if standing.count < rows.places.count {
      rows.follow(standing)
      (points, margins) = (points.rows(at: standing), standing.map { margins[$0] })
    }
    return standing
  }
}
