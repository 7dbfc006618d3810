import RealModule

/// 1/(1 + e⁻ˣ), without overflow.
func logistic(_ x: Double) -> Double {
  x >= 0 ? 1 / (1 + .exp(-x)) : .exp(x) / (1 + .exp(x))
}

/// x·σ(g) at one point, where g is a function of x with the given derivatives.
struct LogisticGate {
  let x, gate, first, second: Double

  private var open: Double { logistic(gate) }
  private var closed: Double { logistic(-gate) }

  var value: Double { x * open }

  var derivative: Double { open + x * open * closed * first }

  var secondDerivative: Double {
    open * closed * (2 * first + x * second + x * first * first * (closed - open))
  }
}
