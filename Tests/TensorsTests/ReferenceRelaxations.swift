import Foundation
import Relaxations
import Tensors

/// The mathematics of METHODS §1 and of the losses, written plainly in Float64.

func intervalReLU(_ center: Reference, _ radius: Reference) -> [Reference] {
  let lower = center.with(radius) { max($0 - $1, 0) }
  let upper = center.with(radius) { max($0 + $1, 0) }
  return [upper.with(lower) { ($0 + $1) / 2 }, upper.with(lower) { ($0 - $1) / 2 }]
}

/// Lower slope and intercept, upper slope and intercept.
func reluLines(_ center: Reference, _ radius: Reference, _ slope: ReLUSlope) -> [Reference] {
  func lines(_ l: Double, _ u: Double) -> [Double] {
    if l >= 0 { return [1, 0, 1, 0] }
    if u <= 0 { return [0, 0, 0, 0] }
    let chord = u / (u - l)
    let lower: Double =
      switch slope {
      case .adaptive: u > -l ? 1 : 0
      case .same: chord
      case .zero: 0
      case .one: 1
      }
    return [lower, 0, chord, -l * chord]
  }
  return (0..<4).map { which in center.with(radius) { lines($0 - $1, $0 + $1)[which] } }
}

/// The coefficient of a form [batch or 1, rows, n] for an example.
func coefficient(_ form: Reference, _ example: Int, _ row: Int, _ i: Int) -> Double {
  form[form.shape[0] == 1 ? 0 : example, row, i]
}

/// The relaxed form and its constant, for lines as ``reluLines(_:_:_:)`` returns them.
func relaxedForm(_ form: Reference, _ lines: [Reference]) -> [Reference] {
  let (batch, rows, n) = (lines[0].shape[0], form.shape[1], form.shape[2])
  var out = Reference([batch, rows, n]) { _ in 0 }
  var constant = Reference([batch, rows]) { _ in 0 }
  for example in 0..<batch {
    for row in 0..<rows {
      for i in 0..<n {
        let value = coefficient(form, example, row, i)
        let which = value >= 0 ? 0 : 2
        out[example, row, i] = value * lines[which][example, i]
        constant[example, row] += value * lines[which + 1][example, i]
      }
    }
  }
  return [out, constant]
}

/// Σ over i of `term(Λ_i, i)` for each example and row.
func rowSums(
  _ form: Reference, batch: Int, _ term: (_ value: Double, _ example: Int, _ i: Int) -> Double
) -> Reference {
  let rows = form.shape[1]
  return Reference([batch, rows]) { index in
    (0..<form.shape[2]).reduce(0) {
      $0 + term(coefficient(form, index / rows, index % rows, $1), index / rows, $1)
    }
  }
}

func concretizedBall(
  _ form: Reference, _ center: Reference, _ epsilon: Double, _ dual: DualNorm
) -> Reference {
  let (batch, rows) = (center.shape[0], form.shape[1])
  return rowSums(form, batch: batch) { $0 * center[$1, $2] }.with(
    Reference([batch, rows]) { index in
      dualNorm(
        (0..<form.shape[2]).map { coefficient(form, index / rows, index % rows, $0) }, dual)
    }
  ) { $0 - epsilon * $1 }
}

func combinedRows(_ form: Reference, _ weights: Reference) -> Reference {
  let (batch, rows, n) = (weights.shape[0], form.shape[1], form.shape[2])
  return Reference([batch, 1, n]) { index in
    (0..<rows).reduce(0) {
      $0 + weights[index / n, $1] * coefficient(form, index / n, $1, index % n)
    }
  }
}

/// The mean over rows of log Σ exp of `terms(row)`.
func meanLogSumExp(_ batch: Int, _ terms: (Int) -> [Double]) -> Reference {
  let total = (0..<batch).reduce(0.0) { sum, example in
    let terms = terms(example)
    let largest = terms.max()!
    return sum + largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
  }
  return Reference([], [total / Double(batch)])
}

func crossEntropy(_ logits: Reference, _ labels: [Int]) -> Reference {
  meanLogSumExp(labels.count) { example in
    (0..<logits.shape[1]).map { logits[example, $0] - logits[example, labels[example]] }
  }
}

func marginCrossEntropy(_ margins: Reference) -> Reference {
  meanLogSumExp(margins.shape[0]) { example in
    [0] + (0..<margins.shape[1]).map { -margins[example, $0] }
  }
}

/// (1 − e^{−d})/d, continued smoothly through d = 0: −slope of the chord of exp(−m) on
/// [lower, lower + d], over e^{−lower}.
func chordRatio(_ d: Double) -> Double {
  abs(d) < 1e-4 ? 1 - d / 2 + d * d / 6 - d * d * d / 24 : -expm1(-d) / d
}

/// The mean of log(1 + β·S + (1 − β)·T), with S the sum over rows of the chord of exp(−m) on
/// [lower, upper] at `margins`, and T = Σ exp(−lower).
func fusedCrossEntropy(
  lower: Reference, upper: Reference, margins: Reference, beta: Double
) -> Reference {
  let (batch, rows) = (lower.shape[0], lower.shape[1])
  let total = (0..<batch).reduce(0.0) { total, example in
    var sum = 1.0
    for row in 0..<rows {
      let (l, u, m) = (lower[example, row], upper[example, row], margins[example, row])
      sum += beta * exp(-l) * (1 + chordRatio(u - l) * (l - m)) + (1 - beta) * exp(-l)
    }
    return total + log(sum)
  }
  return Reference([], [total / Double(batch)])
}
