import RealModule

/// x·tanh(log(1 + eˣ)).
package enum Mish: BentFunction {
  package static let turns = [-1.1924312145154952]
  package static let bends = [-2.2563763963607935, 1.4905711794854284]
  package static let kinks: [Double] = []
  package static let reach = 800.0

  package static func value(_ x: Double) -> Double { x * gate(x).open }

  package static func derivative(_ x: Double) -> Double {
    let gate = gate(x)
    return gate.open + x * logistic(x) * gate.closed * (1 + gate.open)
  }

  package static func secondDerivative(_ x: Double) -> Double {
    let (gate, s) = (gate(x), logistic(x))
    return gate.closed * (1 + gate.open) * s * (2 + x * (logistic(-x) - 2 * gate.open * s))
  }

  /// t = tanh(log(1 + eˣ)) = n/(n + 2) with n = eˣ(eˣ + 2), and 1 − t.
  private static func gate(_ x: Double) -> (open: Double, closed: Double) {
    if x <= 0 {
      let power = Double.exp(x)
      let n = power * (power + 2)
      return (n / (n + 2), 2 / (n + 2))
    }
    // Over e²ˣ, which would overflow.
    let power = Double.exp(-x)
    let (n, two) = (1 + 2 * power, 2 * power * power)
    return (n / (n + two), two / (n + two))
  }
}
