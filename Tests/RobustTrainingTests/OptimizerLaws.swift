import Foundation
import Tensors
import Testing

@testable import Experiments
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

  /// The three gradients have norms 2.29, 3.24 and 2.25: the first two are cut to 2.27.
  @Test func longGradientsAreCutToTheLimit() {
    let limit = 2.27
    func cut(_ gradients: [[Double]]) -> [[Double]] {
      gradients.map { gradient in
        let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return norm > limit ? gradient.map { $0 * limit / norm } : gradient
      }
    }
    let norms = Self.gradients.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    #expect(norms.map { Double($0) > limit } == [true, true, false])
    let descent = Optimizer.Settings(
      .descent(momentum: 0.9, nesterov: false), clipNorm: Float(limit))
    expect(descent) { index, gradients, value in
      var velocity = 0.0
      for gradient in cut(gradients).map({ $0[index] }) {
        velocity = 0.9 * velocity + gradient
        value -= 0.1 * velocity
      }
    }
    expect(Optimizer.Settings(.adam, clipNorm: Float(limit))) { index, gradients, value in
      var (first, second) = (0.0, 0.0)
      for (step, gradient) in cut(gradients).map({ $0[index] }).enumerated() {
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient * gradient
        let count = Double(step + 1)
        value -=
          0.1 * (first / (1 - pow(0.9, count)))
          / ((second / (1 - pow(0.999, count))).squareRoot() + 1e-8)
      }
    }
  }

  /// The norm is that of all parameters together, and is reported as it was before the cut.
  @Test(arguments: [(Float(1), Float(5)), (5, 1), (6, 1)])
  func theWholeGradientIsCut(limit: Float, divisor: Float) {
    var parameters = [Tensor(shape: [1], [0]), Tensor(shape: [1, 1], [0])]
    var optimizer = Optimizer(
      Optimizer.Settings(.descent(momentum: 0, nesterov: false), clipNorm: limit),
      for: parameters)
    let norm = optimizer.update(
      &parameters, gradients: [Tensor(shape: [1], [3]), Tensor(shape: [1, 1], [-4])],
      learningRate: 1)
    #expect(norm == 5)
    #expect(abs(parameters[0].scalar + 3 / divisor) < 1e-6)
    #expect(abs(parameters[1].scalars[0] - 4 / divisor) < 1e-6)
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
    "{ average-from: 30 }",
  ])
  func recipesRoundTrip(text: String) throws {
    let recipe = try Recipe(yaml: "optimizer: \(text)")
    #expect(try Recipe(yaml: recipe.yaml) == recipe)
    #expect(recipe.optimizer != Recipe().optimizer)
  }

  /// An option that names another optimiser drops what the file says for its own.
  @Test func anotherOptimizerDropsTheFilesSettings() throws {
    let yaml = "optimizer: { name: sgd, momentum: 0.5, weight-decay: 1e-3, learning-rate: 0.1 }"
    let recipe = try Recipe(
      yaml: yaml, overrides: [RecipeOverride("optimizer.name", "adam", option: "--optimizer")])
    #expect((recipe.optimizer.rule, recipe.optimizer.weightDecay) == (.adam, 0))
    #expect(recipe.optimizer.learningRate == 0.1)
  }

  @Test func recipesRefuseSettingsOfOthers() {
    for text in [
      "{ momentum: 0.9 }", "{ name: adam, weight-decay: 1 }", "{ name: sgd, momentum: 1 }",
    ] {
      #expect(throws: RecipeError.self) { try Recipe(yaml: "optimizer: \(text)") }
    }
  }

  /// Steps of k batches are steps of one batch k times the size, at the ragged end of an epoch too:
  /// 1,366 examples are 5 steps of 256 and one of 86, or of 64 and 22.
  @Test(arguments: ["natural", "ibp", "crown-ibp, margins: fused"])
  func accumulatedBatchesAreOneLargeBatch(objective: String) throws {
    func parameters(_ size: String) throws -> [Tensor] {
      let recipe = try Recipe(
        yaml: """
          model: { name: cnn-2layer, width: 1, hidden: 16 }
          objective: { name: \(objective) }
          schedule: { epochs: 2, \(size), ramp: { start: 0, length: 1 } }
          optimizer: { name: sgd, learning-rate: 0.02 }
          """
      ).resolved(for: .digits())
      var run = try recipe.run(on: .digits())
      try run.train()
      #expect(run.step == 12)
      return run.parameters
    }
    let (whole, accumulated) = (
      try parameters("batch-size: 256"), try parameters("batch-size: 64, accumulate: 4")
    )
    for (a, b) in zip(whole, accumulated) {
      let difference = (a - b).sumOfSquares.squareRoot()
      #expect(difference <= 1e-5 * a.sumOfSquares.squareRoot(), "\(difference)")
    }
  }

  /// The network judged is the mean over the epochs' ends of one trained without averaging.
  @Test(arguments: ["cnn-2layer, width: 1, hidden: 8", "cnn7-bn, width: 1, hidden: 8"])
  func averagesAreOverEpochs(model: String) throws {
    func run(_ setting: String) throws -> TrainingRun {
      let recipe = try Recipe(
        yaml: """
          model: { name: \(model) }
          objective: { name: natural }
          schedule: { epochs: 4, batch-size: 256 }
          optimizer: { average-from: \(setting) }
          """
      ).resolved(for: .digits())
      return try recipe.run(on: .digits())
    }
    var (plain, averaged) = (try run("none"), try run("3"))
    var ends: [[Tensor]] = []
    try plain.train { event, run in
      if case .epoch = event { ends.append(run.parameters) }
    }
    try averaged.train()
    #expect(averaged.parameters == plain.parameters)
    for (index, parameter) in averaged.network.parameters.enumerated() {
      let mean = (ends[2][index] + ends[3][index]) * 0.5
      for (x, y) in zip(parameter.value.scalars, mean.scalars) {
        #expect(abs(x - y) <= 1e-6 * max(1, abs(y)))
      }
    }
    // BatchNorm's statistics are those that the mean weights have on 64 batches of the last epoch,
    // which has 6: they come around.
    var expected = plain.network.withParameters(averaged.network.parameters.map(\.value))
    let order = EpochOrder(
      epoch: 3, examples: plain.split.training.count, batchSize: 256, seed: plain.plan.seed)
    for number in 0..<64 {
      let images = plain.split.batch(order.indices(ofStep: number % 6), plain.plan, epoch: 3).images
      expected = expected.withRunningStatistics(expected.withStatistics(of: images).running)
    }
    #expect(averaged.network.runningStatistics == expected.runningStatistics)
  }

  /// An infinite or NaN gradient would spoil the parameters and the means for good.
  @Test(arguments: [Float.nan, .infinity, 1e30])
  func aGradientThatIsNotFiniteChangesNothing(value: Float) {
    for rule in [Optimizer.Rule.adam, .descent(momentum: 0.9, nesterov: true)] {
      let start = [Tensor(shape: [2, 2], Self.start)]
      var optimizer = Optimizer(Optimizer.Settings(rule, weightDecay: 0.1), for: start)
      let before = optimizer
      var parameters = start
      let gradients = [Tensor(shape: [2, 2], [1, value, 0, 1])]
      #expect(!optimizer.update(&parameters, gradients: gradients, learningRate: 0.1).isFinite)
      #expect(parameters == start && optimizer == before)
    }
  }
}
