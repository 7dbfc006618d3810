import Tensors

/// A part of the inputs that decisions on neurons describe, with what is known of it: a node of
/// branch and bound.
struct NeuronDomain {
  /// The decisions from the root on.
  var splits: [Split] = []
  /// For each decision the size of its multiplier in each row.
  var weights: [[Float]] = []
  /// For each decision its multiplier in each row, in units of the size.
  var multipliers: [[Float]] = []
  /// The slopes of the last ascent by layer, [1, rows, n].
  var slopes: [Int: Tensor] = [:]
  /// Lower bounds of the rows.
  var bounds: [Float]
  /// What may be decided next, best first, with the sizes of the multipliers.
  var candidates: [(split: Split, weight: [Float])] = []
  /// The input at which the linear bound of the row nearest to its proof is least, [1, …].
  var minimizer: Tensor?

  /// The best row's bound; −∞ where none is known.
  var bound: Float { bounds.reduce(-.infinity) { $1 > $0 ? $1 : $0 } }

  /// Whether some row is proved.
  var isClosed: Bool { bounds.contains { $0.isFinite && $0 > 0 } }

  /// The row that is nearest to its proof.
  var bestRow: Int { bounds.indices.max { bounds[$0] < bounds[$1] } ?? 0 }

  /// The domain with one more decision, not bounded yet.
  func adding(_ split: Split, weight: [Float]) -> NeuronDomain {
    var child = self
    child.splits.append(split)
    child.weights.append(weight)
    child.multipliers.append([Float](repeating: 0, count: weight.count))
    child.candidates = []
    return child
  }
}
