import Testing

@testable import Relaxations

/// What each function says about itself is true, in Double: derivatives, turns, bends, kinks, reach.
@Suite struct FunctionLaws {
  /// Every sample, and settings at their limits.
  static let functions =
    ActivationFunction.samples + [.clip(lower: -3e38, upper: 0.5), .elu(alpha: 30)]

  @Test func everyKindHasASample() {
    let kinds = ActivationFunction.samples.map(\.kind)
    #expect(Set(kinds) == Set(ActivationFunction.Kind.allCases))
    #expect(ActivationFunction.samples.allSatisfy { $0.isBounded })
  }

  /// Derivatives are central differences of what they are derivatives of.
  @Test(arguments: functions)
  func derivativesBelongToTheFunction(function: ActivationFunction) {
    let f = function.scalar
    for step in -120...120 {
      let x = Double(step) / 10 + 0.0123
      guard !f.kinks.contains(where: { abs($0 - x) < 0.01 }) else { continue }
      let d = 1e-4
      let first = (f.value(x + d) - f.value(x - d)) / (2 * d)
      let second = (f.derivative(x + d) - f.derivative(x - d)) / (2 * d)
      #expect(abs(first - f.derivative(x)) < 1e-7 * (1 + abs(first)), "\(function) at \(x)")
      #expect(
        abs(second - f.secondDerivative(x)) < 1e-6 * (1 + abs(second)), "\(function) at \(x)")
    }
  }

  /// Between turns the function is monotone, between bends its derivative is, and it jumps at kinks
  /// alone.
  @Test(arguments: functions)
  func turnsAndBendsAreAll(function: ActivationFunction) {
    let f = function.scalar
    let points = (-60_000...60_000).map { Double($0) / 1000 + 0.0003 }
    for (values, ends) in [
      (points.map(f.value), f.turns), (points.map(f.derivative), f.bends),
    ] {
      var direction = 0.0
      for i in points.indices.dropFirst() {
        if ends.contains(where: { points[i - 1] < $0 && $0 <= points[i] }) {
          direction = 0
          continue
        }
        let change = values[i] - values[i - 1]
        guard abs(change) > 1e-12 * (1 + abs(values[i])) else { continue }
        #expect(direction * change >= 0, "\(function) at \(points[i])")
        direction = change
      }
    }
    #expect(f.turns.sorted() == f.turns && f.bends.sorted() == f.bends)
    #expect(Set(f.kinks).isSubset(of: f.bends))
    for point in f.turns {
      let value = f.value(point)
      for d in [1e-3, 1e-7] {
        #expect((f.value(point - d) - value) * (f.value(point + d) - value) >= 0)
      }
    }
  }

  /// All bends lie within the reach, and beyond it the derivative is that of a line: what it is at
  /// the reach it is at the end of all Floats.
  @Test(arguments: functions)
  func reachesBeyondItsBends(function: ActivationFunction) {
    let f = function.scalar
    #expect(f.bends.allSatisfy { abs($0) < f.reach })
    for sign in [-1.0, 1] {
      let far = max(3.5e38, 2 * f.reach)
      #expect(f.derivative(sign * f.reach) == f.derivative(sign * far), "\(function)")
    }
  }

  /// Wherever the derivative crosses a slope, a turning point says so; bisection and closed forms
  /// alike.
  @Test(arguments: functions)
  func turningPointsAreAll(function: ActivationFunction) {
    let f = function.scalar
    let grid = (-900...900).map { Double($0) / 60 + 0.0001 }
    let rises = grid.map(f.derivative)
    for slope in [-0.5, -0.06, -1e-3, 1e-3, 0.05, 0.2, 0.2499999, 0.5, 0.9, 1.01, 1.1, 1.4] {
      let points = f.turningPoints(slope: slope, from: -20, to: 20)
      for i in grid.indices.dropFirst()
      where (rises[i - 1] - slope) * (rises[i] - slope) < 0 {
        let inside = points.filter { grid[i - 1] <= $0 && $0 <= grid[i] }
        #expect(!inside.isEmpty, "\(function): \(slope) near \(grid[i])")
        for point in inside where !f.kinks.contains(point) {
          #expect(abs(f.derivative(point) - slope) < 1e-7, "\(function): \(slope) at \(point)")
        }
      }
    }
  }

  /// Slopes that are nearly 0 are met far out, which takes closed forms.
  @Test(arguments: [ActivationFunction.sigmoid, .tanh, .softsign])
  func turningPointsHaveTheSlope(function: ActivationFunction) {
    let f = function.scalar
    for slope in [1e-20, 1e-8, 1e-3, 0.1, 0.2, 0.2499999] {
      let points = f.turningPoints(slope: slope, from: -.infinity, to: .infinity)
      #expect(points.count == 2)
      for point in points {
        #expect(abs(f.derivative(point) / slope - 1) < 1e-7, "\(slope) at \(point)")
      }
    }
    for slope in [0.0, -1] {
      #expect(f.turningPoints(slope: slope, from: -.infinity, to: .infinity).isEmpty)
    }
  }

  /// Nothing takes a function for one that rises.
  @Test func fallingFunctionsHaveTheirExtremes() {
    let f = Falling()
    let ends = f.extremes(-1, 2)
    #expect(ends.least.point == 2 && ends.largest.point == -1)
    for (l, u) in [(-3.0, 2.0), (-3, -1), (0.5, 4)] {
      let lines = f.relaxation(l, u, .adaptive)
      for step in 0...100 {
        let x = l + (u - l) * Double(step) / 100
        #expect(lines.lower.slope * x + lines.lower.intercept <= f.value(x) + 1e-15)
        #expect(lines.upper.slope * x + lines.upper.intercept >= f.value(x) - 1e-15)
      }
    }
  }
}

/// −x/(1 + |x|), by what every function has to say and nothing else.
private struct Falling: ScalarFunction {
  var isBounded: Bool { true }
  func value(_ x: Double) -> Double { -x / (1 + abs(x)) }
  func derivative(_ x: Double) -> Double { -1 / ((1 + abs(x)) * (1 + abs(x))) }
  func secondDerivative(_ x: Double) -> Double {
    (x < 0 ? -2 : 2) / ((1 + abs(x)) * (1 + abs(x)) * (1 + abs(x)))
  }
  var turns: [Double] { [] }
  var bends: [Double] { [0] }
  var kinks: [Double] { [] }
  var reach: Double { 1e9 }
  var runtimeTolerance: RuntimeTolerance { .exact }
}
