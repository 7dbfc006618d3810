import RealModule

/// 1/(1 + e⁻ˣ), without overflow: the exponential is taken of a number that is not positive. So
/// `logistic(-x)` is 1 − σ(x) without cancellation.
func logistic(_ x: Double) -> Double {
  x >= 0 ? 1 / (1 + .exp(-x)) : .exp(x) / (1 + .exp(x))
}

/// x·σ(g) at one point with its first two derivatives, where g is a function of x: the form of SiLU
/// and of GELU's approximation.
///
/// With σ' = σ(1 − σ), the derivative is σ + x·σ(1 − σ)·g'.
struct LogisticGate {
  /// The point, g, g' and g'' there.
  let x, gate, first, second: Double

  /// σ(g).
  private var open: Double { logistic(gate) }
  /// 1 − σ(g).
  private var closed: Double { logistic(-gate) }

  var value: Double { x * open }

  var derivative: Double { open + x * open * closed * first }

  /// σ(1 − σ)·(2g' + x·g'' + x·g'²·(1 − 2σ)).
  var secondDerivative: Double {
    open * closed * (2 * first + x * second + x * first * first * (closed - open))
  }
}
