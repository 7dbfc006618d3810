import Crownwork
import Foundation
import Testing

/// The forms for Swift's tasks give what the others give, as it comes, and stop when they are asked
/// to.
@Suite struct TaskTests {
  private static let set = Perturbation.linf(epsilon: 0.05, within: 0...1)
  private static let digits = Dataset.digits()

  private static func network() throws -> Network {
    var layers = Network.Builder(input: [8, 8, 1], seed: 1)
    layers.flatten()
    layers.linear(16)
    layers.relu()
    layers.linear(10)
    return try layers.network()
  }

  private static func run(epochs: Int) throws -> TrainingRun {
    let plan = TrainingPlan(
      objective: .interval(), perturbation: set,
      schedule: Schedule(epochs: epochs, batchSize: 64, ramp: EpsilonRamp(start: 0, length: 1)),
      optimizer: Optimizer.Settings(learningRate: 2e-3))
    return try TrainingRun(plan, network: network(), on: digits.train)
  }

  @Test func verdictsComeInOrderAndAreTheSame() async throws {
    let network = try Self.network()
    let data = Self.digits.test
    let methods: [BoundMethod] = [.interval, .crownIBP()]
    let whole = try await network.certify(data, against: Self.set, by: methods)
    var verdicts: [Verdict] = []
    for try await verdict in network.verdicts(on: data, against: Self.set, by: methods) {
      verdicts.append(verdict)
    }
    #expect(verdicts == whole.verdicts)
    #expect(verdicts.map(\.index) == Array(0..<data.count))
  }

  @Test func attacksComeInOrderAndAreTheSame() async throws {
    let network = try Self.network()
    let data = Self.digits.test.prefix(120)
    let attack = Attack.pgd(steps: 5, restarts: 1)
    let whole = try await network.attack(data, within: Self.set, with: attack)
    var results: [AttackResult] = []
    for try await result in network.attackResults(on: data, within: Self.set, with: attack) {
      results.append(result)
    }
    #expect(results == whole)
    let target = CertificationTarget(perturbation: Self.set, methods: [.interval])
    let report = try await network.evaluate(on: data, target: target, attack: attack)
    #expect(report.attacks.map(\.status) == whole.map(\.status))
  }

  @Test func aTrainingIsTheSameInEveryForm() async throws {
    var (blocking, waiting) = (try Self.run(epochs: 2), try Self.run(epochs: 2))
    try Self.train(&blocking)
    #expect(try await waiting.train() == .finished)
    var epochs = 0
    var read: TrainingRun?
    for try await update in try Self.run(epochs: 2).updates() {
      switch update {
      case .step: break
      case .epoch(let report, let run):
        epochs += 1
        #expect(report.epoch == epochs && run.epoch == epochs)
      case .ended(let run, let outcome):
        #expect(outcome == .finished)
        read = run
      }
    }
    #expect(epochs == 2)
    let parameters = blocking.network.parameters.map(\.value)
    #expect(waiting.network.parameters.map(\.value) == parameters)
    #expect(read?.network.parameters.map(\.value) == parameters)
  }

  /// Outside of a task, so that the form that blocks is meant.
  private static func train(_ run: inout TrainingRun) throws { try run.train() }

  /// A task that is cancelled keeps what was trained, and the run goes on to the same end.
  @Test func aCancelledTrainingGoesOn() async throws {
    let start = try Self.run(epochs: 400)
    let task = Task {
      var run = start
      do {
        try await run.train()
        return (run, wasCancelled: false)
      } catch is CancellationError {
        return (run, wasCancelled: true)
      }
    }
    try await Task.sleep(for: .milliseconds(50))
    task.cancel()
    let (run, wasCancelled) = try await task.value
    #expect(wasCancelled && !run.isFinished)
  }

  /// Who leaves the loop stops the work: a sweep of hours ends at once.
  @Test func leavingTheLoopStopsASweep() async throws {
    let yaml = """
      model: { name: mlp, hidden: [8] }
      schedule: { epochs: 100000, ramp: { start: 0, length: 1 } }
      sweep: { seeds: [0, 1] }
      """
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "crownwork-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let sweep = try Sweep(yaml: yaml)
    var epochs = 0
    for try await update in sweep.updates(in: folder) {
      if case .event(.epoch) = update { epochs += 1 }
      if epochs == 3 { break }
    }
    let outcome = try await Self.interrupted(sweep, in: folder)
    #expect(outcome.isInterrupted && outcome.table.results.isEmpty)
  }

  /// Tries until the sweep that was left has given its run back.
  private static func interrupted(_ sweep: Sweep, in folder: URL) async throws -> SweepOutcome {
    while true {
      let outcome = try await sweep.run(
        in: folder, budget: Budget(deadline: .now.advanced(by: .milliseconds(200))))
      if outcome.busy == 0 { return outcome }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// A sweep is run from Swift to its table; a training that diverges is among its failures.
  @Test func aSweepIsRunFromSwift() async throws {
    let yaml = """
      model: { name: mlp, hidden: [8] }
      schedule: { epochs: 1, ramp: { start: 0, length: 1 } }
      evaluate: { attack: { steps: 2, restarts: 1 }, examples: 20 }
      sweep:
        settings: [{ label: fair }, { label: wild, optimizer: { name: sgd, learning-rate: 1e30 } }]
      """
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "crownwork-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for _ in 0..<2 {
      let outcome = try await Sweep(yaml: yaml).run(in: folder)
      #expect(outcome.busy == 0 && !outcome.isInterrupted)
      #expect(outcome.table.results.count == 2)
      #expect(outcome.failures.map(\.run.setting) == ["wild"])
      let failure = try #require(outcome.failures.first)
      #expect(failure.wasTrained && failure.problem.contains("NaN or infinite"))
      #expect(outcome.table.markdown.contains("fair"))
    }
  }

  /// A recipe is trained from Swift in a folder, and a second call finds it done.
  @Test func aRecipeIsTrainedFromSwift() async throws {
    let recipe = try Recipe(
      yaml: """
        model: { name: mlp, hidden: [8] }
        schedule: { epochs: 3, ramp: { start: 0, length: 1 } }
        """)
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "crownwork-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let outcome = try await recipe.train(
      in: folder, budget: Budget(deadline: .now.advanced(by: .milliseconds(1))))
    #expect(outcome == .interrupted)
    #expect(try await recipe.train(in: folder) == .finished)
    #expect(try await recipe.train(in: folder) == .finished)
    let model = try SavedModel(path: folder.path)
    #expect(model.file.network.outputShape == [10])
  }
}
