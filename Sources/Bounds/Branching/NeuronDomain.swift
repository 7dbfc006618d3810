import Tensors

/// A part of the inputs that decisions on neurons describe, with what is known of it: a node of
/// branch and bound.
struct NeuronDomain {
  /// The decisions from the root on.
  var splits: [Split] = []
  /// Each decision has a size of its multiplier in each row.
  var weights: [[Float]] = []
  /// Each decision has a multiplier in each row, in units of the size.
  var multipliers: [[Float]] = []
  /// The slopes of the last ascent by layer, [1, rows, n].
  var slopes: [Int: Tensor] = [:]
  /// Lower bounds of the rows.
  var bounds: [Float]
  /// Decisions that may be taken next are kept, best first.
  var candidates: [Candidate] = []
  /// How often it has been ascended further, since nothing was left to decide.
  var extensions = 0
  /// The input at which the linear bound of the row nearest to its proof is least, [1, …].
  var minimizer: Tensor?

  /// The best row's bound; −∞ where none is known.
  var bound: Float { bounds.reduce(-.infinity) { $1 > $0 ? $1 : $0 } }

  /// Whether some row is proved.
  var isClosed: Bool { bounds.contains { $0.isFinite && $0 > 0 } }

  /// The row that is nearest to its proof.
  var bestRow: Int { bounds.indices.max { bounds[$0] < bounds[$1] } ?? 0 }

  /// The two parts that a decision makes of the domain, not bounded yet.
  func parts(_ candidate: Candidate) -> [NeuronDomain] {
    [true, false].map { isAbove in
      var part = self
      part.splits.append(isAbove ? candidate.split : candidate.split.opposite)
      part.weights.append(candidate.weights)
      part.multipliers.append(isAbove ? candidate.above : candidate.below)
      part.candidates = []
      return part
    }
  }
}

/// A decision that may be taken, with where its multipliers start from in each row.
///
/// A lower line α·h with a coefficient λ > 0 is what is left of the function above 0 by a multiplier
/// of λ(1 − α), and below 0 by one of λα. Started from these, the parts of a domain have no smaller
/// bounds than the domain.
struct Candidate {
  /// The decision for the upper side.
  let split: Split
  /// The natural sizes of the multipliers, |λ|.
  let weights: [Float]
  /// The multipliers for the upper side, in units of the size.
  let above: [Float]
  /// The multipliers for the lower side.
  let below: [Float]

  /// Makes a candidate from the coefficients over the function's output and its slopes, row by row.
  ///
  /// - Parameter slopes: nil where the function is curved; the multipliers then start from 0.
  init(_ split: Split, coefficients: [Float], slopes: [Float]?) {
    self.split = split
    weights = coefficients.map { $0 == 0 ? 1e-3 : abs($0) }
    guard let slopes else {
      above = coefficients.map { _ in 0 }
      below = above
      return
    }
    above = zip(coefficients, slopes).map { $0 > 0 ? 1 - $1 : 0 }
    below = zip(coefficients, slopes).map { $0 > 0 ? $1 : 0 }
  }
}
