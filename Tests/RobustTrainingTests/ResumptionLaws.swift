import Bounds
import Datasets
import Experiments
import Networks
import Tensors
import Testing
import _TestSupport

@testable import RobustTraining

/// What is saved and restored is the same state, and a step is a function of the state: so a run
/// that is stopped anywhere ends with the same bits, whatever it trains by.
@Suite struct ResumptionLaws {
  static let objectives = [
    "natural", "ibp, kappa: [1, 0.5]", "crown-ibp, margins: all",
    "crown-ibp, margins: fused, kappa: [1, 0.5]", "crown", "short-warmup", "pgd", "trades",
    "sabr", "mtl-ibp",
  ]
  private static let optimizers = [
    "name: adam, l1: 1e-5, clip-norm: 1", "name: sgd, learning-rate: 0.05, weight-decay: 1e-3",
  ]

  /// All that decides how a run goes on, beside what it was made with.
  private struct State: Equatable {
    let parameters: [Tensor]
    let optimizer: Optimizer
    let statistics: [RunningStatistics]
    let averages: [Tensor]?
    let averaged: Int?
    let averageStatistics: [RunningStatistics]?
    let step: Int
    let sums: EpochSums
    let told: Set<TrainingWarning.Kind>
    let bestError: Float?
    let bestEpoch: Int?

    init(_ run: TrainingRun) {
      (parameters, optimizer) = (run.parameters, run.optimizer)
      statistics = run.template.runningStatistics
      averages = run.average?.values
      averaged = run.average?.count
      averageStatistics = run.average?.statistics
      (step, sums, told) = (run.step, run.sums, run.told)
      (bestError, bestEpoch) = (run.best?.error, run.best?.epoch)
    }
  }

  private static func network(batchNorm: Bool) throws -> Network {
    var random = RandomSource(seed: 1)
    let convolution = Convolution(
      from: 1, to: 2, kernel: 3, stride: 2, padding: 1, using: &random)
    return try Network(
      input: [8, 8, 1],
      [convolution] + (batchNorm ? [BatchNorm(channels: 2)] : []) + [
        ReLU(), Flatten(), Linear(from: 32, to: 8, using: &random), ReLU(),
        Linear(from: 8, to: 10, using: &random),
      ])
  }

  /// Eight choices of the rest (accumulation, optimiser, averaging, augmentation, BatchNorm), in which
  /// any two of these occur in all four ways: an orthogonal array.
  private static func runs(_ objective: String) throws -> [TrainingRun] {
    let data = Dataset.digits().train[0..<120]
    return try (0..<8).map { row in
      let (a, b, c) = (row & 1 == 1, row & 2 == 2, row & 4 == 4)
      let isSet = [a, b, c, a != b, a != c]
      let yaml = """
        objective: { name: \(objective) }
        schedule: { epochs: 3, batch-size: 16, accumulate: \(isSet[0] ? 2 : 1), ramp: { start: 0, length: 2 } }
        optimizer: { \(optimizers[isSet[1] ? 1 : 0]), average-from: \(isSet[2] ? "1" : "none") }
        augment: \(isSet[3] ? "{ flip: true, crop: 1 }" : "none")
        holdout: 24
        """
      return try TrainingRun(
        Recipe(yaml: yaml).plan, network: network(batchNorm: isSet[4]), on: data)
    }
  }

  @Test(arguments: objectives)
  func aRestoredRunGoesOnAsTheSavedOne(objective: String) throws {
    for start in try Self.runs(objective) {
      // In the middle of the first epoch, and a step after its end.
      for stop in [2, start.stepsPerEpoch + 1] {
        var (saved, restored) = (start, start)
        try saved.train(budget: .spentWhenAsked(stop + stop / start.stepsPerEpoch))
        #expect(saved.step == stop)
        saved.told.insert(.looseBounds)
        try withFolder { folder in
          let file = folder.appending(path: "checkpoint")
          try saved.save(to: file, settings: "s")
          try restored.restore(from: file, settings: "s")
        }
        #expect(State(restored) == State(saved), "\(saved.plan) at \(stop)")
        let before = saved.parameters
        _ = try saved.advance(saved.order)
        _ = try restored.advance(restored.order)
        #expect(State(restored) == State(saved), "\(saved.plan) after \(stop)")
        #expect(saved.parameters != before)
      }
    }
  }

  /// The epoch's end, too, is a function of the state: what it reports is the same.
  @Test(arguments: objectives)
  func anEpochEndsAsIfNeverStopped(objective: String) throws {
    for start in try Self.runs(objective).prefix(1) {
      var (whole, stopped, restored) = (start, start, start)
      var (reports, resumed) = ([String](), [String]())
      try whole.train { event, _ in
        if case .epoch(let report) = event { reports.append(report.json) }
      }
      let note: (TrainingEvent, TrainingRun) -> Void = { event, _ in
        if case .epoch(let report) = event { resumed.append(report.json) }
      }
      try stopped.train(budget: .spentWhenAsked(start.stepsPerEpoch + 3), observe: note)
      try withFolder { folder in
        let file = folder.appending(path: "checkpoint")
        try stopped.save(to: file, settings: "s")
        try restored.restore(from: file, settings: "s")
      }
      try restored.train(observe: note)
      #expect(State(restored) == State(whole) && resumed == reports)
    }
  }
}
