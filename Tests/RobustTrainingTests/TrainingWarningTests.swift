import Bounds
import Datasets
import Experiments
import Foundation
import Networks
import RobustTraining
import Tensors
import Testing

/// Networks that are broken are told so, once; sound ones are not.
@Suite struct TrainingWarningTests {
  /// Three epochs in which nothing is learnt, from a network whose parameters are changed first.
  private func reports(
    _ objective: Objective = .natural, epsilon: Float = 0.02, hidden: Int = 16,
    change: (String, Tensor) -> Tensor = { $1 }
  ) throws -> [EpochReport] {
    let digits = Dataset.digits().train[0..<300]
    let drawn = try Architecture.cnn2Layer(width: 1, hidden: hidden).network(
      input: [8, 8, 1], classes: 10)
    let plan = TrainingPlan(
      objective: objective, perturbation: .linf(epsilon: epsilon, within: 0...1),
      schedule: Schedule(epochs: 3, batchSize: 64, ramp: EpsilonRamp(start: 0, length: 0)),
      optimizer: Optimizer.Settings(learningRate: 1e-12), holdout: 60)
    let network = drawn.withParameters(drawn.parameters.map { change($0.path, $0.value) })
    var run = try TrainingRun(plan, network: network, on: digits)
    var reports: [EpochReport] = []
    try run.train { event, _ in
      if case .epoch(let report) = event { reports.append(report) }
    }
    return reports
  }

  private func bias(_ path: String, _ shift: @escaping (Int) -> Float) -> (String, Tensor) -> Tensor
  {
    { name, value in
      guard name == path else { return value }
      return Tensor(shape: value.shape, value.scalars.enumerated().map { $1 + shift($0) })
    }
  }

  @Test func oneAnswerForAllIsACollapse() throws {
    let reports = try reports(change: bias("7.bias") { $0 == 3 ? 50 : 0 })
    #expect(reports[0].warnings == [.collapse(answer: 3, part: 1)])
    // Worse than guessing, which is told from the second epoch on.
    #expect(reports[1].warnings.map(\.kind) == [.lossAboveGuessing])
    #expect(reports[2].warnings.isEmpty)
    #expect(reports.map(\.epoch) == [1, 2, 3])
    #expect(reports[0].json.contains("\"warnings\":[{\"kind\":\"collapse\",\"text\":\"100.0%"))
    #expect(!reports[2].json.contains("warnings"))
  }

  @Test func deadLayersAreTold() throws {
    let reports = try reports(change: bias("5.bias") { _ in -100 })
    #expect(reports[0].warnings.contains(.deadLayer(path: "6")))
    #expect(reports[0].warnings.map(\.kind) == [.collapse, .deadLayer])
    // A layer that a single ReLU passes is not dead.
    let alive = try self.reports(change: bias("5.bias") { $0 == 0 ? 100 : -100 })
    #expect(!alive[0].warnings.contains { $0.kind == .deadLayer })
  }

  @Test func boundsThatDoNotFollowAreTold() throws {
    let reports = try reports(.interval(), epsilon: 0.5)
    let warning = reports[0].warnings.first { $0.kind == .looseBounds }
    #expect(warning == .looseBounds(epsilon: 0.5, verifiedError: 1))
    #expect(reports.dropFirst().allSatisfy { !$0.warnings.contains { $0.kind == .looseBounds } })
  }

  @Test(arguments: ["natural", "ibp", "crown-ibp", "short-warmup", "pgd", "mtl-ibp"])
  func soundTrainingIsLeftInPeace(objective: String) throws {
    let yaml = """
      model: { name: cnn-2layer, width: 2, hidden: 32 }
      objective: { name: \(objective) }
      perturbation: { epsilon: 0.03 }
      schedule: { epochs: 6, ramp: { start: 1, length: 3 } }
      """
    let digits = Dataset.digits()
    var run = try Recipe(yaml: yaml).resolved(for: digits).run(on: digits)
    try run.train { event, _ in
      guard case .epoch(let report) = event else { return }
      #expect(report.warnings.isEmpty, "\(objective), epoch \(report.epoch)")
    }
  }
}
