/// x·clip(x/6 + ½, 0, 1): 0 up to −3, x from 3 on, a parabola between.
package enum HardSwish: BentFunction {
  package static let turns = [-1.5]
  package static let bends = [-3.0, 3]
  package static let kinks = [-3.0, 3]
  package static let reach = 4.0

  package static func value(_ x: Double) -> Double {
    x <= -3 ? 0 : (x >= 3 ? x : x * (x + 3) / 6)
  }

  package static func derivative(_ x: Double) -> Double {
    x < -3 ? 0 : (x >= 3 ? 1 : x / 3 + 0.5)
  }

  package static func secondDerivative(_ x: Double) -> Double { x < -3 || x >= 3 ? 0 : 1.0 / 3 }
}
