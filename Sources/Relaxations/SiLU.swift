/// x·σ(x).
package enum SiLU: BentFunction {
  package static let turns = [-1.278464542761074]
  /// Where x·tanh(x/2) is 2.
  package static let bends = [-2.3993572805154675, 2.3993572805154675]
  package static let kinks: [Double] = []
  package static let reach = 800.0

  package static func value(_ x: Double) -> Double { x * logistic(x) }

  package static func derivative(_ x: Double) -> Double { gate(x).derivative }

  package static func secondDerivative(_ x: Double) -> Double { gate(x).secondDerivative }

  private static func gate(_ x: Double) -> LogisticGate {
    LogisticGate(x: x, gate: x, first: 1, second: 0)
  }
}

/// x·σ(g) at one point, where g is a function of x with the given derivatives.
package struct LogisticGate {
  package let x, gate, first, second: Double

  private var open: Double { logistic(gate) }
  private var closed: Double { logistic(-gate) }

  package var derivative: Double { open + x * open * closed * first }

  package var secondDerivative: Double {
    open * closed * (2 * first + x * second + x * first * first * (closed - open))
  }
}
