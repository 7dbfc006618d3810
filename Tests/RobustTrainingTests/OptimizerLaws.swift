import Foundation
import Tensors
import Testing

@testable import RobustTraining

/// Updates are those of the papers' formulas in Float64.
@Suite struct OptimizerLaws {
  private static let start: [Float] = [0.5, -1, 2, 0.1]
  private static let gradients: [[Float]] = [
    [1, -2, 0.5, 0], [0.5, 0.5, -1, 3], [-1, 0.25, 2, 0.125],
  ]

  /// Four weights in a matrix after three updates at rate 0.1.
  private func ours(_ settings: Optimizer.Settings) -> [Double] {
    var parameters = [Tensor(shape: [2, 2], Self.start)]
    var optimizer = Optimizer(settings, for: parameters)
    for gradient in Self.gradients {
      optimizer.update(
        &parameters, gradients: [Tensor(shape: [2, 2], gradient)], learningRate: 0.1)
    }
    return parameters[0].scalars.map(Double.init)
  }

  private func expect(
    _ settings: Optimizer.Settings, _ update: (Int, [[Double]], inout Double) -> Void
  ) {
    let gradients = Self.gradients.map { $0.map(Double.init) }
    for (index, result) in ours(settings).enumerated() {
      var value = Double(Self.start[index])
      update(index, gradients, &value)
      #expect(abs(result - value) < 1e-6, "\(settings.name) \(index)")
    }
  }

  @Test(arguments: [false, true])
  func descentWithMomentum(nesterov: Bool) {
    let settings = Optimizer.Settings(
      .descent(momentum: 0.9, nesterov: nesterov), weightDecay: 0.01)
    expect(settings) { index, gradients, value in
      var velocity = 0.0
      for gradient in gradients.map({ $0[index] }) {
        value *= 1 - 0.1 * 0.01
        velocity = 0.9 * velocity + gradient
        value -= 0.1 * (nesterov ? gradient + 0.9 * velocity : velocity)
      }
    }
  }

  @Test(arguments: [0, 0.05])
  func adamW(weightDecay: Double) {
    expect(Optimizer.Settings(.adam, weightDecay: Float(weightDecay))) { index, gradients, value in
      var (first, second) = (0.0, 0.0)
      for (step, gradient) in gradients.map({ $0[index] }).enumerated() {
        value *= 1 - 0.1 * weightDecay
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient * gradient
        let count = Double(step + 1)
        value -=
          0.1 * (first / (1 - pow(0.9, count)))
          / ((second / (1 - pow(0.999, count))).squareRoot() + 1e-8)
      }
    }
  }

  /// The penalty counts for weights, not for biases.
  @Test func l1IsAddedToTheGradientOfWeights() {
    let plain = Optimizer.Rule.descent(momentum: 0, nesterov: false)
    expect(Optimizer.Settings(plain, l1: 0.2)) { index, gradients, value in
      for gradient in gradients.map({ $0[index] }) {
        value -= 0.1 * (gradient + (value > 0 ? 0.2 : -0.2))
      }
    }
    var bias = [Tensor(shape: [1], [1])]
    var optimizer = Optimizer(Optimizer.Settings(plain, l1: 0.2), for: bias)
    optimizer.update(&bias, gradients: [Tensor(shape: [1], [0])], learningRate: 0.1)
    #expect(bias[0].scalar == 1)
  }

  @Test(arguments: [
    "{ name: sgd, momentum: 0.8, nesterov: false }", "{ name: adamw, weight-decay: 0.1 }",
    "{ name: sgd, weight-decay: 5e-4 }", "{ name: adam, l1: 1e-6, clip-norm: 8 }",
  ])
  func recipesRoundTrip(text: String) throws {
    let recipe = try Recipe(yaml: "optimizer: \(text)")
    #expect(try Recipe(yaml: recipe.yaml) == recipe)
    #expect(recipe.optimizer != Recipe().optimizer)
  }

  @Test func recipesRefuseSettingsOfOthers() {
    for text in [
      "{ momentum: 0.9 }", "{ name: adam, weight-decay: 1 }", "{ name: sgd, momentum: 1 }",
    ] {
      #expect(throws: RecipeError.self) { try Recipe(yaml: "optimizer: \(text)") }
    }
  }

  @Test func resumedDescentEndsWithTheSameBits() throws {
    let recipe = try Recipe(
      yaml: """
        model: { name: cnn-2layer, width: 1, hidden: 16 }
        schedule: { epochs: 2, batch-size: 256, ramp: { start: 0, length: 1 } }
        optimizer: { name: sgd, learning-rate: 0.05, weight-decay: 1e-3 }
        """
    ).resolved(for: .digits())
    try withFolder { folder in
      let file = folder.appendingPathComponent("checkpoint.safetensors")
      var whole = try recipe.run(on: .digits())
      try whole.train()
      var (first, second) = (try recipe.run(on: .digits()), try recipe.run(on: .digits()))
      var steps = 0
      try first.train(isInterrupted: {
        steps += 1
        return steps >= 3
      })
      try first.save(to: file, settings: recipe.yaml)
      try second.restore(from: file, settings: recipe.yaml)
      try second.train()
      #expect(second.parameters == whole.parameters)
      #expect(whole.parameters != (try recipe.run(on: .digits())).parameters)
    }
  }
}
