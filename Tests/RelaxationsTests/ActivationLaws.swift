import Testing

@testable import Relaxations
@testable import Tensors

/// Intervals and lines of an activation contain it, as Floats; what holds of them in Double is tested
/// beside the functions.
@Suite struct ActivationLaws {
  /// Every sample, and settings at their limits.
  static let functions =
    ActivationFunction.samples + [
      .clip(lower: -1, upper: 1), .clip(lower: -3e38, upper: 0.5), .elu(alpha: 30),
    ]
  /// Ends of very different sizes, equal ends, and zero.
  private static let ends: [Float] = [
    -1e30, -1000, -46, -9, -3, -1, -0.2, -1e-6, -1e-30, 0, 1e-30, 1e-6, 0.2, 1, 3, 9, 46, 1000,
    1e30,
  ]

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
        let value = function.scalar.value(h)
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
            let value = function.scalar.value(h)
            let slack = 2e-7 * (1 + abs(function.scalar.value(l)) + abs(function.scalar.value(u)))
            #expect(Double(box.center.scalar) - Double(box.radius.scalar) <= value + slack)
            #expect(Double(box.center.scalar) + Double(box.radius.scalar) >= value - slack)
          }
        }
      }
    }
  }
}
