import RealModule

/// A function whose lines are found from where it turns and bends, without formulas of its own.
package protocol BentFunction {
  static func value(_ x: Double) -> Double
  /// On the right at a kink.
  static func derivative(_ x: Double) -> Double
  static func secondDerivative(_ x: Double) -> Double
  /// Ascending: between two of them the function is monotone.
  static var turns: [Double] { get }
  /// Ascending: between two of them the derivative is continuous and monotone.
  static var bends: [Double] { get }
  /// Those of the bends at which the derivative jumps.
  static var kinks: [Double] { get }
  /// Beyond ± this the derivative is constant in Double, and all bends lie within.
  static var reach: Double { get }
}

/// Where a function turns and bends. The switches have no default: what is forgotten here would
/// make bounds wrong.
extension ActivationFunction {
  /// Ascending: between two of them the function is monotone. A function without any rises.
  package var turns: [Double] {
    switch self {
    case .leakyReLU, .sigmoid, .tanh, .softplus, .elu, .clip, .softsign: []
    case .gelu: GELU.turns
    case .hardSwish: HardSwish.turns
    case .silu: SiLU.turns
    case .mish: Mish.turns
    case .geluTanh: TanhGELU.turns
    }
  }

  /// Ascending: between two of them the derivative is continuous and monotone.
  package var bends: [Double] {
    switch self {
    case .softplus: []
    case .leakyReLU, .sigmoid, .tanh, .elu, .softsign: [0]
    case .clip(let lower, let upper): [Double(lower), Double(upper)]
    case .gelu: GELU.bends
    case .hardSwish: HardSwish.bends
    case .silu: SiLU.bends
    case .mish: Mish.bends
    case .geluTanh: TanhGELU.bends
    }
  }

  /// Those of the bends at which the derivative jumps.
  package var kinks: [Double] {
    switch self {
    case .sigmoid, .tanh, .softplus, .gelu, .silu, .mish, .softsign, .geluTanh: []
    case .leakyReLU, .elu: [0]
    case .clip(let lower, let upper): [Double(lower), Double(upper)]
    case .hardSwish: HardSwish.kinks
    }
  }

  /// The points where function − slope·x can be least or largest inside (l, u]; others do no harm.
  package func turningPoints(
    slope: Double, from l: Double = -.infinity, to u: Double = .infinity
  ) -> [Double] {
    switch self {
    case .leakyReLU: return [0]
    case .sigmoid:  // σ' = 1/(4 cosh²(x/2))
      guard slope > 0 else { return [] }
      return Self.plusMinus(2 * .acosh(max(0.5 / slope.squareRoot(), 1)))
    case .tanh:  // tanh' = 1/cosh² x
      guard slope > 0 else { return [] }
      return Self.plusMinus(.acosh(max(1 / slope.squareRoot(), 1)))
    case .softplus:
      return slope > 0 && slope < 1 ? [.log(slope) - .log(onePlus: -slope)] : []
    case .elu(let alpha):
      return [0] + (slope > 0 && slope < Double(alpha) ? [.log(slope / Double(alpha))] : [])
    case .clip(let lower, let upper): return [Double(lower), Double(upper)]
    case .softsign: return Softsign.turningPoints(slope: slope)
    case .gelu: return GELU.turningPoints(slope: slope, from: l, to: u)
    case .hardSwish: return HardSwish.turningPoints(slope: slope, from: l, to: u)
    case .silu: return SiLU.turningPoints(slope: slope, from: l, to: u)
    case .mish: return Mish.turningPoints(slope: slope, from: l, to: u)
    case .geluTanh: return TanhGELU.turningPoints(slope: slope, from: l, to: u)
    }
  }

  /// Where the function is least and largest on an interval: at an end or where it turns.
  package func extremePoints(_ l: Double, _ u: Double) -> (least: Double, largest: Double) {
    let turns = turns
    guard !turns.isEmpty else { return (l, u) }
    var (least, largest) = ((point: l, value: value(l)), (point: l, value: value(l)))
    for point in turns + [u] where l < point && point <= u {
      let value = value(point)
      if value < least.value { least = (point, value) }
      if value >= largest.value { largest = (point, value) }
    }
    return (least.point, largest.point)
  }

  private static func plusMinus(_ point: Double) -> [Double] {
    point.isFinite ? [-point, point] : []
  }
}

extension BentFunction {
  /// Kinks, and where the derivative is the slope: one point for each part between bends at most.
  package static func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double] {
    var points = kinks
    var start = -reach
    for end in bends + [reach] {
      defer { start = end }
      guard start < u, end > l else { continue }
      let first = derivative(start) - slope
      let last = derivative(kinks.contains(end) ? end.nextDown : end) - slope
      if first * last < 0 {
        points.append(bisected(start, end) { (derivative($0) - slope) * first > 0 })
      } else if first == 0 || last == 0 {
        points.append(first == 0 ? start : end)
      }
    }
    return points
  }
}

/// The point up to which a condition holds, of two between which it changes.
package func bisected(_ start: Double, _ end: Double, _ holds: (Double) -> Bool) -> Double {
  var (a, b) = (start, end)
  for _ in 0..<60 {
    let middle = (a + b) / 2
    if holds(middle) { a = middle } else { b = middle }
  }
  return (a + b) / 2
}
