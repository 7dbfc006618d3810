import Testing

@testable import Relaxations
@testable import Tensors

/// The lines around an activation contain it, and move with the interval as they say.
@Suite struct ActivationLaws {
  static let functions: [ActivationFunction] = [
    .sigmoid, .tanh, .leakyReLU(slope: 0), .leakyReLU(slope: 0.1), .leakyReLU(slope: 1),
    .softplus, .elu(alpha: 1), .elu(alpha: 0.3), .gelu, .clip(lower: -1, upper: 1),
    .clip(lower: 0, upper: 6), .clip(lower: -3e38, upper: 0.5), .elu(alpha: 1.67326),
    .elu(alpha: 30),
    .hardSwish, .silu, .mish, .softsign, .geluTanh,
  ]
  /// Ends of very different sizes, equal ends, and zero.
  private static let ends: [Float] = [
    -1e30, -1000, -46, -9, -3, -1, -0.2, -1e-6, -1e-30, 0, 1e-30, 1e-6, 0.2, 1, 3, 9, 46, 1000,
    1e30,
  ]

  @Test func everyFunctionIsHere() {
    #expect(Set(Self.functions.map(\.kind)) == Set(ActivationFunction.Kind.allCases))
  }

  @Test(arguments: functions)
  func linesContainTheFunction(function: ActivationFunction) {
    for (i, lower) in Self.ends.enumerated() {
      for upper in Self.ends[i...] {
        for rule in ReLUSlope.allCases { check(function, lower, upper, rule) }
      }
    }
  }

  /// So do the lines that each row chooses by itself: those of coefficients 1 and −1.
  @Test(arguments: functions, [Float(0), 0.3, 1])
  func chosenLinesContainTheFunction(function: ActivationFunction, position: Float) {
    for (i, lower) in Self.ends.enumerated() {
      for upper in Self.ends[i...] {
        let (center, radius) = (lower / 2 + upper / 2, upper / 2 - lower / 2)
        let lines = relaxedForm(
          Tensor(shape: [1, 2, 1], [1, -1]), function, center: Tensor(shape: [1, 1], [center]),
          radius: Tensor(shape: [1, 1], [radius]),
          alpha: Tensor(shape: [1, 2, 1], repeating: position))
        let (slopes, intercepts) = (lines.form.scalars, lines.constant.scalars)
        check(
          function, center, radius, [slopes[0], intercepts[0], -slopes[1], -intercepts[1]],
          "position \(position)")
      }
    }
  }

  private func check(
    _ function: ActivationFunction, _ lower: Float, _ upper: Float, _ rule: ReLUSlope
  ) {
    let (center, radius) = (lower / 2 + upper / 2, upper / 2 - lower / 2)
    let lines = activationLines(
      function, center: Tensor(shape: [1, 1], [center]), radius: Tensor(shape: [1, 1], [radius]),
      slope: rule)
    check(function, center, radius, lines.all.map(\.scalar), rule.rawValue)
  }

  /// - Parameter lines: Lower slope and intercept, upper slope and intercept.
  private func check(
    _ function: ActivationFunction, _ center: Float, _ radius: Float, _ lines: [Float],
    _ rule: String
  ) {
    let lines = lines.map(Double.init)
    let (l, u) = (Double(center) - Double(radius), Double(center) + Double(radius))
    for step in 0...64 {
      // Densely around 0, where the functions bend, and over the whole interval.
      for h in [l + (u - l) * Double(step) / 64, min(max(Double(step - 32) / 4, l), u)] {
        let value = function.value(h)
        let below = lines[0] * h + lines[1]
        let above = lines[2] * h + lines[3]
        let slack = 1e-13 * (1 + abs(value) + abs(lines[0] * h) + abs(lines[2] * h))
        #expect(below <= value + slack, "\(function) \(rule) on [\(l), \(u)] at \(h)")
        #expect(above >= value - slack, "\(function) \(rule) on [\(l), \(u)] at \(h)")
      }
    }
  }

  @Test(arguments: functions)
  func intervalsContainTheFunction(function: ActivationFunction) {
    for (i, lower) in Self.ends.enumerated() {
      for upper in Self.ends[i...] {
        let (center, radius) = (lower / 2 + upper / 2, upper / 2 - lower / 2)
        let box = intervalActivation(
          function, center: Tensor(shape: [1], [center]), radius: Tensor(shape: [1], [radius]))
        let (l, u) = (Double(center) - Double(radius), Double(center) + Double(radius))
        for step in 0...64 {
          for h in [l + (u - l) * Double(step) / 64, min(max(Double(step - 32) / 16, l), u)] {
            let value = function.value(h)
            let slack = 2e-7 * (1 + abs(function.value(l)) + abs(function.value(u)))
            #expect(Double(box.center.scalar) - Double(box.radius.scalar) <= value + slack)
            #expect(Double(box.center.scalar) + Double(box.radius.scalar) >= value - slack)
          }
        }
      }
    }
  }

  /// Slopes and intercepts change with the interval's ends by their derivatives, in Float64.
  @Test(arguments: [
    ActivationFunction.sigmoid, .tanh, .leakyReLU(slope: 0.1), .softplus, .elu(alpha: 1), .gelu,
    .clip(lower: -0.6, upper: 0.7), .elu(alpha: 1.7), .hardSwish, .silu, .mish, .softsign,
    .geluTanh,
  ])
  func derivativesAreCentralDifferences(function: ActivationFunction) {
    let intervals = [
      (-3.1, -1.0), (-1, 2.2), (0.2, 3.2), (-5, 0.5), (-0.5, 5), (-2, 0.1), (-4, 3.3),
    ]
    for (l, u) in intervals {
      for rule in [ReLUSlope.adaptive, .same] {
        func lines(_ l: Double, _ u: Double) -> [ActivationRelaxation.Line] {
          let both = ActivationRelaxation(function, l, u, rule, rounded: { $0 })
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

  /// Derivatives are central differences of what they are derivatives of.
  @Test(arguments: functions)
  func derivativesBelongToTheFunction(function: ActivationFunction) {
    for step in -120...120 {
      let x = Double(step) / 10 + 0.0123
      guard !function.kinks.contains(where: { abs($0 - x) < 0.01 }) else { continue }
      let d = 1e-4
      let first = (function.value(x + d) - function.value(x - d)) / (2 * d)
      let second = (function.derivative(x + d) - function.derivative(x - d)) / (2 * d)
      #expect(abs(first - function.derivative(x)) < 1e-7 * (1 + abs(first)), "\(function) at \(x)")
      #expect(
        abs(second - function.secondDerivative(x)) < 1e-6 * (1 + abs(second)), "\(function) at \(x)"
      )
    }
  }

  /// Between turns the function is monotone, between bends its derivative is, and it jumps at kinks
  /// alone.
  @Test(arguments: functions)
  func turnsAndBendsAreAll(function: ActivationFunction) {
    let points = (-60_000...60_000).map { Double($0) / 1000 + 0.0003 }
    for (values, ends) in [
      (points.map(function.value), function.turns),
      (points.map(function.derivative), function.bends),
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
    #expect(Set(function.kinks).isSubset(of: function.bends))
    for point in function.turns {
      let value = function.value(point)
      for d in [1e-3, 1e-7] {
        #expect((function.value(point - d) - value) * (function.value(point + d) - value) >= 0)
      }
    }
  }

  /// No line is nearer in the middle than those chosen, of a fan of slopes.
  @Test(arguments: [
    ActivationFunction.elu(alpha: 1.7), .hardSwish, .silu, .mish, .softsign, .geluTanh,
  ])
  func linesAreNearestInTheMiddle(function: ActivationFunction) {
    let ends = [-9.0, -4, -2.5, -1.2, -0.3, 0, 0.4, 1.1, 2.6, 3.5, 8]
    for (i, l) in ends.enumerated() {
      for u in ends[(i + 1)...] {
        let lines = ActivationRelaxation(function, l, u, .adaptive, rounded: { $0 })
        let middle = (l + u) / 2
        let below = lines.lower.slope * middle + lines.lower.intercept
        let above = lines.upper.slope * middle + lines.upper.intercept
        for step in -200...200 {
          let slope = Slope(value: Double(step) / 100)
          let lower = slope.line(function, l, u, slope.value) { $0 < $1 }
          let upper = slope.line(function, l, u, slope.value) { $0 > $1 }
          #expect(slope.value * middle + lower.intercept <= below + 1e-9, "[\(l), \(u)] below")
          #expect(slope.value * middle + upper.intercept >= above - 1e-9, "[\(l), \(u)] above")
        }
      }
    }
  }

  /// The turning points are where the derivative is the slope, to the last bits of both.
  @Test(arguments: [ActivationFunction.sigmoid, .tanh, .softsign])
  func turningPointsHaveTheSlope(function: ActivationFunction) {
    for slope in [1e-20, 1e-8, 1e-3, 0.1, 0.2, 0.2499999] {
      let points = function.turningPoints(slope: slope)
      #expect(points.count == 2)
      for point in points {
        #expect(abs(function.derivative(point) / slope - 1) < 1e-7, "\(slope) at \(point)")
      }
    }
    #expect(function.turningPoints(slope: 0).isEmpty && function.turningPoints(slope: -1).isEmpty)
  }
}
