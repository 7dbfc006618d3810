import Bounds
import Datasets
import Networks
import RobustTraining
import TensorBenchmarks
import Tensors

/// Times training steps: gradients of an objective, clipping and update, from bytes to new weights,
/// on random images of MNIST's shape, ε = 0.3 within [0, 1], next to matrix products.
package struct StepBenchmark: Sendable {
  package let architecture: Architecture
  package let objective: Objective
  package let batch: Int

  package init(_ architecture: Architecture, _ objective: Objective, batch: Int = 256) {
    self.architecture = architecture
    self.objective = objective
    self.batch = batch
  }

  /// The objectives that are timed by default, by name; β = ½ where there is one, so that both the
  /// interval and the linear bounds count.
  package static let objectives: [(name: String, objective: Objective)] = [
    ("natural", .natural),
    ("ibp", .interval()),
    ("short-warmup", .shortWarmup()),
    ("crown-ibp-fused", .crownIBP(beta: .constant(0.5), margins: .fused)),
    ("crown-ibp", .crownIBP(beta: .constant(0.5))),
    ("pgd", .attacked(AttackedObjective(.adversarial))),
  ]

  /// The models that are timed by default, by name.
  package static let models: [(name: String, architecture: Architecture)] = [
    ("cnn-2layer-w1", .cnn2Layer(width: 1, hidden: 128)),
    ("dm-small", .dmSmall),
    ("cnn-4layer-w2-512", .cnn4Layer(width: 2, hidden: 512)),
    ("cnn-3layer-k5-w2", .cnn3Layer(kernel: 5, width: 2, hidden: 128)),
    ("cnn7-bn-w32", .cnn7BN(width: 32, hidden: 512)),
    ("dm-large", .dmLarge),
  ]

  /// What the steps took.
  package struct Result: Sendable {
    /// The median.
    package let secondsPerStep: Double
    /// Flops of a step (``StepCost``).
    package let flops: Double
    /// The median, over pairs measured one after the other, of the step's flops per second over
    /// those of a matrix product; nil where none was measured.
    package let fractionOfMatrixRate: Double?
    /// The most bytes that tensors took.
    package let peakBytes: Int

    package var flopsPerSecond: Double { flops / secondsPerStep }
  }

  /// Does `steps` steps after two that are not counted.
  ///
  /// - Parameter alone: Leaves out the matrix products, which take memory.
  /// Throws ``BoundsError`` and ``TrainingError``.
  package func run(steps: Int = 8, alone: Bool = false) throws -> Result {
    BufferPool.shared.trim()
    BufferPool.shared.restartPeak()
    let network = try architecture.network(input: [28, 28, 1])
    let flops = StepCost(network, objective).flops * Double(batch)
    var training = try run(of: network, epochs: steps + 3)
    for _ in 0..<2 { _ = try training.advance(training.order) }
    let peak = BufferPool.shared.statistics.peakBytes
    var times: [Double] = []
    var fractions: [Double] = []
    for _ in 0..<max(steps, 1) {
      let product = alone ? nil : MachineRates.secondsOfMatrixProduct()
      let order = training.order
      let time = try seconds { _ = try training.advance(order) }
      times.append(time)
      if let product { fractions.append(flops / time * product / MachineRates.matrixFlops) }
    }
    return Result(
      secondsPerStep: median(times), flops: flops,
      fractionOfMatrixRate: fractions.isEmpty ? nil : median(fractions), peakBytes: peak)
  }

  private func run(of network: Network, epochs: Int) throws -> TrainingRun {
    var random = RandomSource(seed: 0)
    let data = try LabeledImages(
      height: 28, width: 28,
      pixels: (0..<batch * 784).map { _ in .random(in: 0...255, using: &random) },
      labels: (0..<batch).map { _ in .random(in: 0...9, using: &random) })
    let plan = TrainingPlan(
      objective: objective, perturbation: .linf(epsilon: 0.3, within: 0...1),
      schedule: Schedule(
        epochs: epochs, batchSize: batch, ramp: EpsilonRamp(start: 0, length: 0)))
    return try TrainingRun(plan, network: network, on: data)
  }
}
