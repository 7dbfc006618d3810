import Bounds
import Foundation
import Networks
import Tensors
import Testing
import _TestSupport

@testable import Experiments
@testable import RobustTraining

/// BatchNorm in training: statistics of the clean batch, in every bound, with gradients through
/// them.
@Suite struct BatchNormLaws {
  static let recipe = """
    model: { name: cnn7-bn, width: 2, hidden: 8 }
    schedule: { epochs: 2, batch-size: 256, ramp: { start: 0, length: 1 } }
    """
  static let objectives = [
    "natural", "ibp", "crown-ibp, margins: all", "crown-ibp, margins: fused, kappa: [1, 0.5]",
    "short-warmup",
  ]

  private func recipe(_ objective: String) throws -> Recipe {
    try Recipe(yaml: Self.recipe + "\nobjective: { name: \(objective) }").resolved(for: .digits())
  }

  /// Running statistics are PyTorch's: momentum 0.1, the variance that of the population.
  @Test func runningStatisticsMoveByATenth() throws {
    let images = awayFromZero([5, 2, 2, 3])
    let network = try Network(input: [2, 2, 3], [BatchNorm(channels: 3)])
    let observed = network.withStatistics(of: images)
    let x = images.scalars.map(Double.init)
    for channel in 0..<3 {
      let values = stride(from: channel, to: x.count, by: 3).map { x[$0] }
      let mean = values.reduce(0, +) / Double(values.count)
      let deviations = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let running = observed.running[0]
      #expect(abs(Double(running.mean.scalars[channel]) - 0.1 * mean) < 1e-6)
      let variance = 0.9 + 0.1 * deviations / Double(values.count - 1)
      #expect(abs(Double(running.variance.scalars[channel]) - variance) < 1e-6)
      // The output of the batch has mean 0 and variance 1, but for the ε in the layer.
      let outputs = observed.outputs.scalars
      let normalized = stride(from: channel, to: x.count, by: 3).map { Double(outputs[$0]) }
      #expect(abs(normalized.reduce(0, +)) < 1e-5)
      let square = normalized.reduce(0) { $0 + $1 * $1 } / Double(values.count)
      let expected = deviations / (deviations + 1e-5 * Double(values.count))
      #expect(abs(square - expected) < 1e-5)
    }
  }

  /// One value for each channel has no variance, so the running statistics serve, as they are.
  @Test func oneValueHasNoStatistics() throws {
    let network = try Network(input: [3], [BatchNorm(channels: 3)])
    let vector = awayFromZero([1, 3])
    let observed = network.withStatistics(of: vector)
    #expect(observed.running == network.runningStatistics)
    #expect(observed.outputs == network(vector))
    #expect(network.withStatistics(of: awayFromZero([2, 3])).running != network.runningStatistics)
  }

  /// The loss changes along its gradient as the gradient says.
  @Test(arguments: objectives)
  func gradientsFollowTheLoss(objective: String) throws {
    let run = try recipe(objective).run(on: .digits())
    let batch = run.split.data.batch(run.split.training.prefix(16))
    let objective = run.plan.objective
    let point = ObjectivePoint(objective, epsilon: 0.02, largest: 0.04)
    func loss(_ parameters: [Tensor]) throws -> Tensor {
      try objective.loss(
        of: BoundedNetwork(
          run.network.withParameters(parameters), arithmetic: .real), on: batch.images,
        labels: batch.labels,
        within: run.plan.perturbation, at: point
      ).value
    }
    let parameters = run.parameters
    let gradients = try withGradients(at: parameters, of: loss).gradients
    let squares = gradients.reduce(0.0) { $0 + $1.sumOfSquares }
    // So short that few ReLUs change their state on the way.
    let step = Float(1e-4 / squares.squareRoot())
    func moved(_ by: Float) throws -> Float {
      try loss(zip(parameters, gradients).map { $0 + $1 * by }).scalar
    }
    let change = Double(try moved(step) - moved(-step)) / Double(2 * step)
    #expect(abs(change / squares - 1) < 2e-3, "\(change) along \(squares)")
  }

  /// Bounds at ε = 0 are the clean outputs of the batch.
  @Test func boundsUseTheStatisticsOfTheBatch() throws {
    let run = try recipe("ibp").run(on: .digits())
    let batch = run.split.data.batch(run.split.training.prefix(8))
    let observed = run.network.withStatistics(of: batch.images)
    let margins = Specification.margins(of: batch.labels, classes: 10)
    for method in [.interval, .crownIBP()] as [BoundMethod] {
      let bounds = try lowerBounds(
        of: observed.network, around: batch.images, .linf(epsilon: 0), margins, by: method)
      let logits = observed.outputs.scalars
      var values: [Float] = []
      for (example, label) in batch.labels.enumerated() {
        for other in 0..<10 where other != label {
          values.append(logits[example * 10 + label] - logits[example * 10 + other])
        }
      }
      expectClose(
        bounds, Tensor(shape: [8, 9], values), relative: 1e-4, absolute: 1e-4, "\(method)")
    }
  }

  /// What is saved is certified as it was trained: running statistics included.
  @Test func modelFilesKeepTheStatistics() throws {
    var run = try recipe("ibp").run(on: .digits())
    try run.train()
    try withFolder { folder in
      for ending in ["safetensors", "onnx"] {
        let url = folder.appendingPathComponent("model.\(ending)")
        try ModelFile(run.network, dataset: "digits", target: try recipe("ibp").target).write(
          to: url)
        let again = try ModelFile(contentsOf: url)
        #expect(again.network.runningStatistics == run.network.runningStatistics, "\(ending)")
        #expect(again.dataset == "digits" && again.target?.methods.count == 2, "\(ending)")
        let images = run.split.data.batch(run.split.heldOut.prefix(4)).images
        expectClose(
          again.network(images), run.network(images), relative: 1e-5, absolute: 1e-5, ending)
      }
    }
  }

  private func awayFromZero(_ shape: [Int]) -> Tensor {
    var random = RandomSource(seed: 4)
    return .uniform(shape, in: 2...3, using: &random)
  }
}
