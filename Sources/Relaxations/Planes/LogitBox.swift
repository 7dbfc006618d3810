import RealModule

/// A box of logits of one example, in Double, and between what their softmax lies.
package struct LogitBox {
  /// The lower end of each logit.
  let lower: [Double]
  /// The upper end of each logit.
  let upper: [Double]

  /// Makes a box of its ends.
  ///
  /// - Precondition: Both lists have one length.
  package init(lower: [Double], upper: [Double]) {
    self.lower = lower
    self.upper = upper
  }

  /// The number of logits.
  var count: Int { lower.count }
  /// Whether all ends are numbers. Kernels give NaN for a box that is not finite.
  package var isFinite: Bool { lower.allSatisfy(\.isFinite) && upper.allSatisfy(\.isFinite) }
  /// The middle of each interval; ends are halved first, so that no sum overflows.
  var center: [Double] { zip(lower, upper).map { $0 / 2 + $1 / 2 } }
  /// The largest absolute value of each logit on the box, by which rounded coefficients are paid
  /// for.
  package var magnitudes: [Double] { zip(lower, upper).map { max(abs($0), abs($1)) } }

  /// More than the error of a logarithm of a sum of exponentials here, which is of the last bits of
  /// the largest logit for each of the terms.
  package var slack: Double { 8 * Double(count) * 0x1p-52 * (1 + (magnitudes.max() ?? 0)) }

  /// Between what the logarithm of each softmax lies: z_i − log Σ exp(z_j) rises with z_i and falls
  /// with the others, so the least value is at the corner with z_i low and the others high.
  ///
  /// As −softplus(log Σ_{j≠i} exp(z_j) − z_i) it is computed without cancellation. ``slack`` widens
  /// both ends.
  package var logarithms: (lower: [Double], upper: [Double]) {
    let (least, largest) = (Self.logSumsOfOthers(upper), Self.logSumsOfOthers(lower))
    return (
      lower.indices.map { -softplus(least[$0] - lower[$0]) - slack },
      lower.indices.map { min(-softplus(largest[$0] - upper[$0]) + slack, 0) }
    )
  }

  /// Returns log Σ_{j≠i} exp(z_j) for each i, from sums of those before and those behind it. Taking
  /// z_i out of the whole sum by a difference would cancel where it dominates.
  ///
  /// - Complexity: O(count).
  private static func logSumsOfOthers(_ z: [Double]) -> [Double] {
    var behind = [Double](repeating: -.infinity, count: z.count + 1)
    for i in z.indices.reversed() { behind[i] = logOfSum(behind[i + 1], z[i]) }
    var before = -Double.infinity
    return z.indices.map { i in
      defer { before = logOfSum(before, z[i]) }
      return logOfSum(before, behind[i + 1])
    }
  }
}

/// log(eᵃ + eᵇ), without overflow; −∞ stands for a sum without terms.
private func logOfSum(_ a: Double, _ b: Double) -> Double {
  let larger = max(a, b)
  return larger == -.infinity ? larger : larger + .log(onePlus: .exp(-abs(a - b)))
}

/// log Σ exp(z), −∞ for no logits.
func logSumExp(_ z: [Double]) -> Double { z.reduce(-.infinity, logOfSum) }

/// log(1 + eˣ), without overflow.
private func softplus(_ x: Double) -> Double { max(x, 0) + .log(onePlus: .exp(-abs(x))) }
