import Bounds
import Datasets
import Experiments
import Foundation
import Networks
import RobustTraining
import Tensors
import Testing
import _TestSupport

/// The seed decides the bits; so does a checkpoint.
@Suite struct TrainingLaws {
  static let small = """
    model: { name: cnn-2layer, width: 1, hidden: 16 }
    schedule: { epochs: 3, batch-size: 128, ramp: { start: 0, length: 2 } }
    """
  static let objectives = [
    "natural", "ibp", "crown-ibp, margins: all", "crown-ibp, margins: fused, kappa: [1, 0.5]",
  ]

  private func recipe(_ objective: String, seed: Int = 0) throws -> Recipe {
    try Recipe(yaml: Self.small + "\nobjective: { name: \(objective) }\nseed: \(seed)")
      .resolved(for: .digits())
  }

  /// A part of the training data is a part of what all of it would be, and never a held-out
  /// example.
  @Test func partsOfTheDataAreDrawnFromTheRest() throws {
    let data = Dataset.digits().train
    let (whole, part) = (
      HoldoutSplit(data, holdout: 50, seed: 3),
      HoldoutSplit(data, holdout: 50, trainExamples: 200, seed: 3)
    )
    #expect(part.heldOut == whole.heldOut && part.training.count == 200)
    #expect(Set(part.training).isSubset(of: whole.training))
    #expect(Set(part.training.map { data.labels[$0] }).count == 10)
    let recipe = try Recipe(yaml: "train-examples: 1400")
    #expect(throws: TrainingError.self) { try recipe.resolved(for: .digits()) }
  }

  @Test(arguments: objectives)
  func sameSeedGivesTheSameBits(objective: String) throws {
    let runs = try [0, 0, 1].map { seed in
      var run = try recipe(objective, seed: seed).run(on: .digits())
      try run.train()
      return run.parameters
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0] != runs[2])
  }

  @Test(arguments: objectives)
  func threadsChangeNoBit(objective: String) throws {
    let all = Threads.count
    defer { Threads.use(all) }
    let runs = try [1, 2].map { threads in
      Threads.use(threads)
      var run = try recipe(objective).run(on: .digits())
      try run.train()
      return run.parameters
    }
    #expect(runs[0] == runs[1])
  }

  /// In a process of its own, since the pool is shared with whatever else runs.
  @Test func stepsAfterTheFirstAllocateNothing() async {
    await #expect(processExitsWith: .success) {
      var run = try TrainingLaws().recipe("crown-ibp").run(on: .digits())
      let order = run.order
      for _ in 0..<3 { _ = try run.advance(order) }
      let before = BufferPool.shared.statistics
      for _ in 0..<5 { _ = try run.advance(order) }
      let after = BufferPool.shared.statistics
      exit(before.systemAllocations == after.systemAllocations ? EXIT_SUCCESS : EXIT_FAILURE)
    }
  }

  /// One run as a whole; what makes it so is checked step by step in ``ResumptionLaws``.
  @Test func resumedRunsEndWithTheSameBits() throws {
    let recipe = try recipe("crown-ibp, margins: fused, kappa: [1, 0.5]")
    try withFolder { folder in
      let file = folder.appendingPathComponent("checkpoint.safetensors")
      var whole = try recipe.run(on: .digits())
      var lines: [String] = []
      try whole.train { event, _ in
        if case .epoch(let report) = event { lines.append(report.json) }
      }
      for stop in [5, whole.stepsPerEpoch + 3] {
        var (first, second) = (try recipe.run(on: .digits()), try recipe.run(on: .digits()))
        var resumed: [String] = []
        let note: (TrainingEvent, TrainingRun) -> Void = { event, _ in
          if case .epoch(let report) = event { resumed.append(report.json) }
        }
        try first.train(budget: .spentWhenAsked(stop), observe: note)
        try first.save(to: file, settings: recipe.yaml)
        try second.restore(from: file, recipe: recipe)
        try second.train(observe: note)
        #expect(second.parameters == whole.parameters, "stopped after \(stop)")
        #expect(resumed == lines, "stopped after \(stop)")
      }
    }
  }

  @Test func checkpointsOfOtherSettingsAreRefused() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("checkpoint.safetensors")
      let (one, other) = (try recipe("ibp"), try recipe("ibp", seed: 1))
      try one.run(on: .digits()).save(to: file, settings: one.yaml)
      var run = try other.run(on: .digits())
      #expect(throws: TrainingError.self) {
        try run.restore(from: file, recipe: other)
      }
    }
  }

  @Test func checkpointsOfOtherDataAreRefused() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("checkpoint.safetensors")
      let recipe = try recipe("ibp")
      try recipe.run(on: .digits()).save(to: file, settings: recipe.yaml)
      let digits = Dataset.digits().train
      var pixels = digits.pixels
      pixels[7] ^= 1
      let changed = try LabeledImages(height: 8, width: 8, pixels: pixels, labels: digits.labels)
      for (data, isSame) in [(digits, true), (changed, false), (digits.prefix(1400), false)] {
        var run = try TrainingRun(recipe.plan, network: recipe.network(for: data), on: data)
        do {
          try run.restore(from: file, recipe: recipe)
          #expect(isSame)
        } catch {
          #expect(!isSame && "\(error)".contains("the training data are not those"))
        }
      }
    }
  }

  @Test func heldOutExamplesAreNeverTrainedOn() throws {
    let run = try recipe("natural").run(on: .digits())
    let (training, held) = (Set(run.split.training), Set(run.split.heldOut))
    #expect(training.isDisjoint(with: held))
    #expect(training.union(held) == Set(0..<1437))
    #expect(held.count == 71)
    // With other pictures held out, training gives the same bits.
    let digits = Dataset.digits().train
    var pixels = digits.pixels
    for index in held {
      for pixel in 0..<64 { pixels[index * 64 + pixel] ^= 255 }
    }
    let spoilt = try LabeledImages(
      height: 8, width: 8, pixels: pixels, labels: digits.labels)
    let plan = run.plan
    let results = try [digits, spoilt].map { data in
      var trained = try TrainingRun(plan, network: run.network, on: data)
      try trained.train()
      return trained.parameters
    }
    #expect(results[0] == results[1])
  }

  @Test func theRunFolderKeepsTheBestEpoch() throws {
    try withFolder { folder in
      let recipe = try recipe("crown-ibp")
      let url = folder.appendingPathComponent("run")
      var run = try recipe.run(on: .digits())
      // As a kill leaves it while the folder is made.
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      try Data().write(to: url.appendingPathComponent(".run.yaml.0.tmp"))
      var kept = try RunFolder(creating: url, recipe: recipe)
      var errors: [Float] = []
      var ends: [[Tensor]] = []
      try run.train { event, run in
        guard case .epoch(let report) = event else { return }
        try kept.record(report, run)
        errors.append(try #require(report.selection?.verifiedError))
        ends.append(run.parameters)
      }
      // The ramp is over at the end of the second of three epochs.
      let best = ends[errors[2] < errors[1] ? 2 : 1]
      let model = try SavedModel(path: url.path)
      #expect(model.file.network.parameters.map(\.value) == best)
      #expect(model.recipe == recipe && model.file.target == recipe.target)
      #expect(throws: RunError.exists(url.path)) {
        try RunFolder(creating: url, recipe: recipe)
      }
    }
  }

  /// What the process did before is no memory of the training. It runs in a process of its own,
  /// since the pool is shared.
  @Test func forecastsBeginWithThePeak() async {
    await #expect(processExitsWith: .success) {
      let run = try TrainingLaws().recipe("ibp").run(on: .digits())
      do { _ = Tensor(shape: [1 << 27], repeating: 1) }
      let forecast = try TrainingForecast(run)
      exit(forecast.peakBytes < 1 << 29 ? EXIT_SUCCESS : EXIT_FAILURE)
    }
  }

  /// Of a run that has begun, what is left is foreseen.
  @Test func forecastsAreOfWhatIsLeft() throws {
    var run = try recipe("ibp").run(on: .digits())
    let whole = try TrainingForecast(run)
    #expect(whole.steps == 3 * run.stepsPerEpoch && whole.epochs.map(\.number) == [1, 2, 3])
    try run.train(budget: .spentWhenAsked(run.stepsPerEpoch + 3))
    let rest = try TrainingForecast(run)
    #expect(rest.steps == whole.steps - run.step && rest.epochs.map(\.number) == [2, 3])
    #expect(rest.epochs[1].learningRate == whole.epochs[2].learningRate)
  }
}
