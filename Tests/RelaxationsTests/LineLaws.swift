import Testing

@testable import Relaxations

/// Lines move with the interval as they say, and no others are nearer.
@Suite struct LineLaws {
  /// Slopes and intercepts change with the interval's ends by their derivatives.
  @Test(arguments: ActivationFunction.samples)
  func derivativesAreCentralDifferences(function: ActivationFunction) {
    let intervals = [
      (-3.1, -1.0), (-1, 2.2), (0.2, 3.2), (-5, 0.5), (-0.5, 5), (-2, 0.1), (-4, 3.3),
    ]
    for (l, u) in intervals {
      for rule in [ReLUSlope.adaptive, .same] {
        func lines(_ l: Double, _ u: Double) -> [ActivationRelaxation.Line] {
          let both = ActivationRelaxation(function.scalar, l, u, rule, rounded: { $0 })
          return [both.lower, both.upper]
        }
        let step = 1e-5
        for which in 0..<2 {
          let line = lines(l, u)[which]
          let byLower = (lines(l + step, u)[which].slope - lines(l - step, u)[which].slope)
          let byUpper = (lines(l, u + step)[which].slope - lines(l, u - step)[which].slope)
          #expect(abs(byLower / (2 * step) - line.byLower) < 1e-6, "\(function) [\(l), \(u)]")
          #expect(abs(byUpper / (2 * step) - line.byUpper) < 1e-6, "\(function) [\(l), \(u)]")
        }
      }
    }
  }

  /// Intervals between and around all turns, bends and kinks.
  private static let ends = [-9.0, -4, -2.5, -1.2, -0.3, 0, 0.4, 1.1, 2.6, 3.5, 8]

  /// No line is nearer in the middle than those chosen, of a fan of slopes.
  @Test(arguments: ActivationFunction.samples)
  func linesAreNearestInTheMiddle(function: ActivationFunction) {
    let f = function.scalar
    for (i, l) in Self.ends.enumerated() {
      for u in Self.ends[(i + 1)...] {
        let lines = ActivationRelaxation(f, l, u, .adaptive, rounded: { $0 })
        let middle = (l + u) / 2
        let below = lines.lower.slope * middle + lines.lower.intercept
        let above = lines.upper.slope * middle + lines.upper.intercept
        for step in -200...200 {
          let slope = Double(step) / 100
          let (least, largest) = f.offsets(slope: slope, l, u)
          #expect(slope * middle + least <= below + 1e-9, "\(function) [\(l), \(u)] below")
          #expect(slope * middle + largest >= above - 1e-9, "\(function) [\(l), \(u)] above")
        }
      }
    }
  }

  /// The lines of a hull bound the function at its ends as tightly as any, and every position holds.
  @Test(arguments: FunctionLaws.functions)
  func hullsTouchTheEnds(function: ActivationFunction) {
    let f = function.scalar
    for (i, l) in Self.ends.enumerated() {
      for u in Self.ends[(i + 1)...] {
        let hull = f.hull(l, u)
        let places: [(Side, position: Double, end: Double)] = [
          (.below, 0, l), (.below, 1, u), (.above, 0, u), (.above, 1, l),
        ]
        for (side, position, end) in places {
          let line = f.line(side, of: hull, at: position).line
          let gap = abs(line.slope * end + line.intercept - f.value(end))
          let rounding = 1e-6 * (1 + abs(line.slope)) * (u - l)
          #expect(gap < rounding, "\(function) [\(l), \(u)] \(side) at \(end)")
        }
      }
    }
  }

  /// An S-shaped function's closed choice is what its bend gives in general.
  @Test(arguments: [ActivationFunction.sigmoid, .tanh, .softsign])
  func shapesAreReadOffTheBends(function: ActivationFunction) {
    let (f, plain) = (function.scalar, Plain(function: function.scalar))
    for (i, l) in Self.ends.enumerated() {
      for u in Self.ends[(i + 1)...] {
        let (a, b) = (f.relaxation(l, u, .adaptive), plain.relaxation(l, u, .adaptive))
        for (x, y) in [(a.lower, b.lower), (a.upper, b.upper)] {
          #expect(abs(x.slope - y.slope) < 1e-6, "\(function) [\(l), \(u)]")
          #expect(abs(x.intercept - y.intercept) < 1e-5, "\(function) [\(l), \(u)]")
        }
        let (h, k) = (f.hull(l, u), plain.hull(l, u))
        for (x, y) in [(h.lower, k.lower), (h.upper, k.upper)] {
          #expect(abs(x.0 - y.0) < 1e-9 && abs(x.1 - y.1) < 1e-9, "\(function) [\(l), \(u)]")
        }
      }
    }
  }
}

/// A function without the closed forms that it has.
private struct Plain: ScalarFunction {
  let function: any ScalarFunction
  var isBounded: Bool { function.isBounded }
  func value(_ x: Double) -> Double { function.value(x) }
  func derivative(_ x: Double) -> Double { function.derivative(x) }
  func secondDerivative(_ x: Double) -> Double { function.secondDerivative(x) }
  var turns: [Double] { function.turns }
  var bends: [Double] { function.bends }
  var kinks: [Double] { function.kinks }
  /// Near enough for bisection; softsign's is too far.
  var reach: Double { min(function.reach, 1e3) }
  var runtimeTolerance: RuntimeTolerance { function.runtimeTolerance }
}
