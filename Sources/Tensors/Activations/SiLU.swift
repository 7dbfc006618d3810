/// x·σ(x).
enum SiLU: BentFunction {
  static let turns = [-1.278464542761074]
  /// Where x·tanh(x/2) is 2.
  static let bends = [-2.3993572805154675, 2.3993572805154675]
  static let kinks: [Double] = []
  static let reach = 800.0

  static func value(_ x: Double) -> Double { x * logistic(x) }

  static func derivative(_ x: Double) -> Double { gate(x).derivative }

  static func secondDerivative(_ x: Double) -> Double { gate(x).secondDerivative }

  private static func gate(_ x: Double) -> LogisticGate {
    LogisticGate(x: x, gate: x, first: 1, second: 0)
  }
}

/// x·σ(g) at one point, where g is a function of x with the given derivatives.
struct LogisticGate {
  let x, gate, first, second: Double

  private var open: Double { logistic(gate) }
  private var closed: Double { logistic(-gate) }

  var derivative: Double { open + x * open * closed * first }

  var secondDerivative: Double {
    open * closed * (2 * first + x * second + x * first * first * (closed - open))
  }
}
