import Bounds
import Datasets
import Networks
import RobustTraining
import TensorBenchmarks
import Tensors

/// A measurement of training steps: from the bytes of a batch to new weights, with the gradients of
/// an objective and the update by the optimizer.
///
/// The images are random, of MNIST's shape 28×28×1, with ε = 0.3 within [0, 1] from the first step
/// on. Each step is measured next to a matrix product, since the clock of a shared machine varies;
/// the fraction of the machine's rate varies less than the seconds do.
package struct StepBenchmark: Sendable {
  /// The network that is trained.
  package let architecture: Architecture
  /// What training minimises.
  package let objective: Objective
  /// The number of examples in a step.
  package let batch: Int

  /// Creates the measurement of a network and an objective.
  package init(_ architecture: Architecture, _ objective: Objective, batch: Int = 256) {
    self.architecture = architecture
    self.objective = objective
    self.batch = batch
  }

  /// The objectives that are timed by default, by name. β is ½ where there is one, so that both the
  /// interval and the linear bounds are computed.
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

  /// The result of a measurement.
  package struct Result: Sendable {
    /// The median of the steps' seconds.
    package let secondsPerStep: Double
    /// The number of floating-point operations in a step, by counting
    /// (``RobustTraining/StepCost``).
    package let flops: Double
    /// The step's flops per second as a fraction of those of a matrix product: the median over
    /// pairs measured one after the other; nil where no product was measured.
    package let fractionOfMatrixRate: Double?
    /// The most bytes that tensors took at one time, from the making of the network to the end of
    /// the steps that are not counted.
    package let peakBytes: Int

    /// The flops of a step over its median seconds.
    package var flopsPerSecond: Double { flops / secondsPerStep }
  }

  /// Trains for some steps after two that are not counted, which prepare memory and kernels.
  ///
  /// - Parameters:
  ///   - steps: The number of steps that are timed, at least one.
  ///   - alone: Whether to leave out the matrix products, which take memory.
  /// - Throws: ``NetworkError`` for an architecture that does not fit 28×28 images, ``BoundsError``
  ///   for a network that cannot be bounded, and ``TrainingError`` where the loss diverges or a
  ///   number makes no sense.
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
      // The product runs right before the step, so that both see the same clock and the same
      // neighbours on the machine.
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

  /// Returns a training run on one batch of random images, each epoch of which is one step.
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
