import RealModule

/// x·tanh(log(1 + eˣ)) (Misra 2020). It falls to its only minimum near −1.19 and rises from there.
struct Mish: ScalarFunction {
  var isBounded: Bool { true }

  func value(_ x: Double) -> Double { x * gate(x).open }

  /// With the gate t = tanh(log(1 + eˣ)), whose derivative is (1 − t²)·σ(x): t + x·σ(x)·(1 − t)·(1
  /// + t).
  func derivative(_ x: Double) -> Double {
    let gate = gate(x)
    return gate.open + x * logistic(x) * gate.closed * (1 + gate.open)
  }

  func secondDerivative(_ x: Double) -> Double {
    let (gate, s) = (gate(x), logistic(x))
    return gate.closed * (1 + gate.open) * s * (2 + x * (logistic(-x) - 2 * gate.open * s))
  }

  var turns: [Double] { Self.turns }
  var bends: [Double] { Self.bends }
  var kinks: [Double] { [] }
  /// Beyond it e⁻⁸⁰⁰ is 0 in Double, so that the slope is 0 or 1.
  var reach: Double { 800 }
  var runtimeTolerance: RuntimeTolerance { RuntimeTolerance(absolute: 0x1p-20, relative: 0x1p-19) }

  /// The root of the derivative, to the digits of a Double.
  private static let turns = [-1.1924312145154952]
  /// The roots of the second derivative.
  private static let bends = [-2.2563763963607935, 1.4905711794854284]

  /// Returns t = tanh(log(1 + eˣ)) = n/(n + 2) with n = eˣ(eˣ + 2), and 1 − t, which is not
  /// computed as a difference and so keeps its digits where t is near 1.
  private func gate(_ x: Double) -> (open: Double, closed: Double) {
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
