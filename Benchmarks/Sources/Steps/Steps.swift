import Crownwork
import Foundation

/// Milliseconds per training step, as JSON lines: zero gradients, bounds, loss, backward, Adam
/// update, on random MNIST-shaped data, ε = 0.3 clipped to [0, 1]. β = 0.5 where there is one.
///
///     Steps [--models cnn-2layer-w1,dm-small,…] [--batch 256] [--steps 8] [--threads N]
@main
struct Steps {
  static let models: [String: Architecture] = [
    "cnn-2layer-w1": .cnn2Layer(width: 1, hidden: 128),
    "dm-small": .dmSmall,
    "cnn-4layer-w2-512": .cnn4Layer(width: 2, hidden: 512),
    "cnn-3layer-k5-w2": .cnn3Layer(kernel: 5, width: 2, hidden: 128),
    "dm-large": .dmLarge,
  ]

  static let objectives: [(name: String, objective: Objective)] = [
    ("natural", .natural),
    ("ibp", .interval()),
    ("crown-ibp-fused", .crownIBP(beta: .constant(0.5), margins: .fused)),
    ("crown-ibp", .crownIBP(beta: .constant(0.5))),
  ]

  static func main() throws {
    let names = option("models")?.split(separator: ",").map(String.init)
    let batch = option("batch").flatMap(Int.init) ?? 256
    let steps = option("steps").flatMap(Int.init) ?? 8
    if let threads = option("threads").flatMap(Int.init) { Threads.use(threads) }
    let methods = option("methods")?.split(separator: ",").map(String.init)
    for name in names ?? ["cnn-2layer-w1", "dm-small", "cnn-4layer-w2-512"] {
      guard let architecture = models[name] else { fatalError("unknown model \(name)") }
      for (method, objective) in objectives where methods?.contains(method) ?? true {
        let ms = try medianMilliseconds(architecture, objective, batch: batch, steps: steps)
        let bytes = BufferPool.shared.statistics.peakBytes
        BufferPool.shared.trim()
        print(
          #"{"model": "\#(name)", "batch": \#(batch), "system": "Crownwork", "method": "#
            + #""\#(method)", "ms": \#(String(format: "%.2f", ms)), "threads": \#(Threads.count), "#
            + #""peak_bytes": \#(bytes)}"#)
      }
    }
  }

  static func medianMilliseconds(
    _ architecture: Architecture, _ objective: Objective, batch: Int, steps: Int
  ) throws -> Double {
    var random = RandomSource(seed: 0)
    let data = try LabeledImages(
      height: 28, width: 28,
      pixels: (0..<batch * 784).map { _ in .random(in: 0...255, using: &random) },
      labels: (0..<batch).map { _ in .random(in: 0...9, using: &random) })
    let plan = TrainingPlan(
      objective: objective, perturbation: .linf(epsilon: 0.3, within: 0...1),
      schedule: Schedule(
        epochs: steps + 3, batchSize: batch, ramp: EpsilonRamp(start: 0, length: 0)))
    var run = try TrainingRun(
      plan, network: architecture.network(input: [28, 28, 1]), on: data)
    for _ in 0..<2 { _ = try run.advance(run.order) }
    let clock = ContinuousClock()
    let times = try (0..<steps).map { _ in
      let order = run.order
      return try clock.measure { _ = try run.advance(order) }
    }
    return times.sorted()[steps / 2] / .milliseconds(1)
  }

  static func option(_ name: String) -> String? {
    guard let index = CommandLine.arguments.firstIndex(of: "--\(name)") else { return nil }
    return CommandLine.arguments.dropFirst(index + 1).first
  }
}
