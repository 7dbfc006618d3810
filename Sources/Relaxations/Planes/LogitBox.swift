import RealModule

/// A box of logits, and between what their softmax lies.
package struct LogitBox {
  let lower: [Double]
  let upper: [Double]

  package init(lower: [Double], upper: [Double]) {
    self.lower = lower
    self.upper = upper
  }

  var count: Int { lower.count }
  package var isFinite: Bool { lower.allSatisfy(\.isFinite) && upper.allSatisfy(\.isFinite) }
  var center: [Double] { zip(lower, upper).map { $0 / 2 + $1 / 2 } }
  /// The largest absolute value of each logit.
  package var magnitudes: [Double] { zip(lower, upper).map { max(abs($0), abs($1)) } }

  /// More than the error of a logarithm of a sum of exponentials here, which is of the last bits of
  /// the largest logit for each of the terms.
  package var slack: Double { 8 * Double(count) * 0x1p-52 * (1 + (magnitudes.max() ?? 0)) }

  /// Between what log softmax lies: z_i − log Σ exp(z_j) rises with z_i and falls with the others.
  package var logarithms: (lower: [Double], upper: [Double]) {
    let (least, largest) = (Self.logSumsOfOthers(upper), Self.logSumsOfOthers(lower))
    return (
      lower.indices.map { -softplus(least[$0] - lower[$0]) - slack },
      lower.indices.map { min(-softplus(largest[$0] - upper[$0]) + slack, 0) }
    )
  }

  /// log Σ_{j≠i} exp(z_j) for each i, from sums of those before and those behind it.
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

/// log(eᵃ + eᵇ).
private func logOfSum(_ a: Double, _ b: Double) -> Double {
  let larger = max(a, b)
  return larger == -.infinity ? larger : larger + .log(onePlus: .exp(-abs(a - b)))
}

/// log Σ exp(z).
func logSumExp(_ z: [Double]) -> Double { z.reduce(-.infinity, logOfSum) }

private func softplus(_ x: Double) -> Double { max(x, 0) + .log(onePlus: .exp(-abs(x))) }
