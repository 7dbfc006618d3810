/// x·clip(x/6 + ½, 0, 1): 0 up to −3, x from 3 on, a parabola between.
enum HardSwish: BentFunction {
  static let turns = [-1.5]
  static let bends = [-3.0, 3]
  static let kinks = [-3.0, 3]
  static let reach = 4.0

  static func value(_ x: Double) -> Double {
    x <= -3 ? 0 : (x >= 3 ? x : x * (x + 3) / 6)
  }

  static func derivative(_ x: Double) -> Double {
    x < -3 ? 0 : (x >= 3 ? 1 : x / 3 + 0.5)
  }

  static func secondDerivative(_ x: Double) -> Double { x < -3 || x >= 3 ? 0 : 1.0 / 3 }
}
