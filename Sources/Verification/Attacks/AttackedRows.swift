import Bounds
import Networks
import Tensors

/// The examples of a batch that an attack still follows, and what it has found.
///
/// Examples that have fallen leave the batch, so that later steps do not pay for them.
struct AttackedRows {
  let network: Network
  /// For each example still followed its place in the batch, and what belongs to it.
  private(set) var places: [Int]
  private(set) var labels: [Int]
  private(set) var targets: [Int]?
  private(set) var projection: SetProjection
  /// For each place in the batch.
  private(set) var found: [AttackFinding?]

  /// - Parameters:
  ///   - targets: A class for each example that its answer is driven to; nil for the nearest.
  init(_ network: Network, labels: [Int], targets: [Int]?, _ projection: SetProjection) {
    (self.network, self.labels, self.targets) = (network, labels, targets)
    self.projection = projection
    places = Array(labels.indices)
    found = [AttackFinding?](repeating: nil, count: labels.count)
  }

  /// Notes the rows whose answer is another than the label; returns those that stand.
  ///
  /// What is noted lies in the set exactly and was answered wrongly there.
  mutating func noteFallen(_ points: Tensor, _ logits: Tensor) -> [Int] {
    let wrong = logits.argmaxOfRows.enumerated()
      .filter { $1 != labels[$0] && $1 >= 0 }.map(\.offset)
    guard !wrong.isEmpty else { return Array(labels.indices) }
    let sets = projection.rows(at: wrong)
    let computed = points.rows(at: wrong)
    let exact = sets.exact(computed)
    let outputs = exact == computed ? logits.rows(at: wrong) : network(exact)
    let answers = outputs.argmaxOfRows
    let margins = outputs.margins(of: wrong.map { labels[$0] })
    for (position, distance) in sets.distances(of: exact).enumerated() {
      let (row, answer) = (wrong[position], answers[position])
      guard let distance, answer != labels[row], answer >= 0 else { continue }
      found[places[row]] = AttackFinding(
        input: exact.rows(position..<position + 1), answer: answer, distance: Float(distance),
        margin: margins[position])
    }
    return labels.indices.filter { found[places[$0]] == nil }
  }

  /// Leaves out all other rows.
  mutating func follow(_ rows: [Int]) {
    places = rows.map { places[$0] }
    labels = rows.map { labels[$0] }
    targets = targets.map { targets in rows.map { targets[$0] } }
    projection = projection.rows(at: rows)
  }
}

extension Tensor {
  /// Of logits [batch, classes], z_y − max_{j ≠ y} z_j for each row; +∞ for a single class.
  func margins(of labels: [Int]) -> [Float] {
    let classes = shape[1]
    return read { scalars in
      labels.enumerated().map { row, label in
        let others = (0..<classes).filter { $0 != label }.map { scalars[row * classes + $0] }
        return scalars[row * classes + label] - (others.max() ?? -.infinity)
      }
    }
  }
}
