/// x/2·(1 + tanh u), u = √(2/π)·(x + 0.044715·x³), which is x·σ(2u): what frameworks offer as the
/// approximation of GELU (Hendrycks and Gimpel 2016).
enum TanhGELU: BentFunction {
  static let turns = [-0.7524614220710162]
  static let bends = [-1.4185040087908285, 1.4185040087908285]
  static let kinks: [Double] = []
  static let reach = 40.0

  static let scale = (2 / Double.pi).squareRoot()
  static let cubic = 0.044715

  static func value(_ x: Double) -> Double { x * logistic(gate(x).gate) }

  static func derivative(_ x: Double) -> Double { gate(x).derivative }

  static func secondDerivative(_ x: Double) -> Double { gate(x).secondDerivative }

  private static func gate(_ x: Double) -> LogisticGate {
    LogisticGate(
      x: x, gate: 2 * scale * (x + cubic * x * x * x), first: 2 * scale * (1 + 3 * cubic * x * x),
      second: 12 * scale * cubic * x)
  }
}
