/// x/2·(1 + tanh u), u = √(2/π)·(x + 0.044715·x³), which is x·σ(2u): what frameworks offer as the
/// approximation of GELU (Hendrycks and Gimpel 2016).
package enum TanhGELU: BentFunction {
  package static let turns = [-0.7524614220710162]
  package static let bends = [-1.4185040087908285, 1.4185040087908285]
  package static let kinks: [Double] = []
  package static let reach = 40.0

  package static let scale = (2 / Double.pi).squareRoot()
  package static let cubic = 0.044715

  package static func value(_ x: Double) -> Double { x * logistic(gate(x).gate) }

  package static func derivative(_ x: Double) -> Double { gate(x).derivative }

  package static func secondDerivative(_ x: Double) -> Double { gate(x).secondDerivative }

  private static func gate(_ x: Double) -> LogisticGate {
    LogisticGate(
      x: x, gate: 2 * scale * (x + cubic * x * x * x), first: 2 * scale * (1 + 3 * cubic * x * x),
      second: 12 * scale * cubic * x)
  }
}
