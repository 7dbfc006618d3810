import Bounds
import Networks
import Tensors

/// The examples of a batch that an attack still follows, and what it has found.
///
/// Examples that have fallen leave the batch, so that later steps do not pay for them. A descent
/// asks ``noteFallen(_:_:)`` after each evaluation and, where some fell, has ``follow(_:)`` take
/// the others; and takes the same rows of its points.
struct AttackedRows {
  /// The network under attack.
  let network: Network
  /// The place in the batch of each example that is still followed.
  private(set) var places: [Int]
  /// The labels of the followed examples.
  private(set) var labels: [Int]
  /// Their targets; nil where the nearest class is the target.
  private(set) var targets: [Int]?
  /// Their perturbation sets.
  private(set) var projection: SetProjection
  /// What was found, for each place in the whole batch.
  private(set) var found: [AttackFinding?]

  /// Follows all examples of a batch.
  ///
  /// - Parameters:
  ///   - targets: A class for each example that its answer is driven to; nil for the nearest.
  ///   - projection: The sets around the clean inputs, one for each label.
  init(_ network: Network, labels: [Int], targets: [Int]?, _ projection: SetProjection) {
    (self.network, self.labels, self.targets) = (network, labels, targets)
    self.projection = projection
    places = Array(labels.indices)
    found = [AttackFinding?](repeating: nil, count: labels.count)
  }

  /// Notes the rows whose answer is another than the label, and returns those that stand.
  ///
  /// What is noted lies in the set exactly and was answered wrongly there: a point as computed may
  /// be outside by a rounding, so it is first brought inside, and where that changes it the network
  /// is asked again. An answer of NaN counts for nothing.
  ///
  /// - Parameters:
  ///   - points: Inputs, a row for each followed example.
  ///   - logits: The outputs there, [rows, classes].
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
  ///
  /// - Parameter rows: Places among the followed examples, ascending.
  mutating func follow(_ rows: [Int]) {
    places = rows.map { places[$0] }
    labels = rows.map { labels[$0] }
    targets = targets.map { targets in rows.map { targets[$0] } }
    projection = projection.rows(at: rows)
  }
}

extension Tensor {
  /// Returns z_y − max_{j ≠ y} z_j for each row of logits [batch, classes]; +∞ for a single class.
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
