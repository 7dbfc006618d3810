import Bounds
import Datasets
import Networks
import Tensors
import Testing

@testable import RobustTraining

/// The epoch that is kept is the promised one: the lowest error on the held-out examples, of the
/// kind that the objective is about, from the end of the ramp on.
@Suite struct SelectionLaws {
  /// An objective beside the kind of error that its networks are made for.
  struct Case: Sendable, CustomTestStringConvertible {
    let objective: Objective
    let selection: Objective.Selection
    var testDescription: String { "\(objective)" }
  }

  static let cases: [Case] = [
    Case(objective: .natural, selection: .standardError),
    Case(objective: .interval(), selection: .verifiedError(by: .interval)),
    Case(objective: .shortWarmup(), selection: .verifiedError(by: .interval)),
    // β ends at 0: in the end it trains intervals.
    Case(objective: .crownIBP(), selection: .verifiedError(by: .interval)),
    Case(
      objective: .crownIBP(beta: .init(from: 0, to: 1), slope: .zero),
      selection: .verifiedError(by: .crownIBP(slope: .zero))),
    Case(
      objective: .crownIBP(beta: .constant(1), margins: .fused),
      selection: .verifiedError(by: .crownIBP(slope: .adaptive))),
    Case(objective: .crown(slope: .same), selection: .verifiedError(by: .crown(slope: .same))),
    Case(objective: .crown(), selection: .verifiedError(by: .crown(slope: .adaptive))),
    Case(objective: .attacked(.init(.adversarial)), selection: .attackedError),
    Case(objective: .attacked(.init(.trades(weight: 6))), selection: .attackedError),
    Case(
      objective: .attacked(.init(.smallBox(share: 0.4))),
      selection: .verifiedError(by: .interval)),
    Case(
      objective: .attacked(.init(.mixedLosses(alpha: 0.5))),
      selection: .verifiedError(by: .interval)),
    Case(
      objective: .attacked(.init(.mixedMargins(alpha: 0.5))),
      selection: .verifiedError(by: .interval)),
    Case(
      objective: .attacked(.init(.mixedPowers(alpha: 0.5))),
      selection: .verifiedError(by: .interval)),
  ]

  @Test func everyObjectiveIsHere() {
    #expect(Set(Self.cases.map(\.objective.name)) == Set(Objective.names))
  }

  @Test(arguments: cases)
  func eachObjectiveSelectsByWhatItTrains(example: Case) {
    #expect(example.objective.selection == example.selection)
  }

  /// A run that only has to judge epochs; the ramp takes epochs 2 and 3.
  private static func run(_ objective: Objective, ramp: EpsilonRamp) throws -> TrainingRun {
    let data = try LabeledImages(
      height: 1, width: 2, pixels: [255, 0, 0, 255], labels: [0, 1], classes: 2)
    let plan = TrainingPlan(
      objective: objective, perturbation: .linf(epsilon: 0.1),
      schedule: Schedule(epochs: 6, batchSize: 2, ramp: ramp))
    let linear = Linear(weight: Tensor(shape: [2, 2], [1, 0, 0, 1]), bias: .zeros([2]))
    return try TrainingRun(
      plan, network: Network(input: [1, 2, 1], [Flatten(), linear]), on: data)
  }

  private static func report(
    standard: Float = 0.5, verified: Float = 0.5, attacked: Float? = 0.5
  ) -> SelectionReport {
    SelectionReport(
      standardError: standard, verifiedError: verified, attackedError: attacked,
      reluStatistics: [], answers: [], labels: [], deadLayers: [])
  }

  /// The epoch (from 1) that is kept of six.
  private static func kept(
    _ objective: Objective, ramp: EpsilonRamp = EpsilonRamp(start: 1, length: 2),
    _ reports: [SelectionReport]
  ) throws -> Int? {
    var run = try run(objective, ramp: ramp)
    var last: Int?
    for (number, report) in reports.enumerated() where run.takeBest(report, epoch: number + 1) {
      last = number + 1
    }
    #expect(run.best?.epoch == last)
    return last
  }

  @Test(arguments: cases)
  func theErrorOfItsKindDecides(example: Case) throws {
    // Each kind is lowest in another epoch, and lower still before the ramp has ended.
    let standard: [Float] = [0.1, 0.2, 0.9, 0.3, 0.5, 0.4]
    let attacked: [Float] = [0.1, 0.2, 0.9, 0.5, 0.3, 0.4]
    let verified: [Float] = [0.1, 0.2, 0.9, 0.5, 0.4, 0.3]
    let kept = try Self.kept(
      example.objective,
      (0..<6).map {
        Self.report(standard: standard[$0], verified: verified[$0], attacked: attacked[$0])
      })
    let expected =
      switch example.selection {
      case .standardError: 1
      case .attackedError: 5
      case .verifiedError: 6
      }
    #expect(kept == expected)
  }

  /// The ramp ends with the end of epoch start + length, which is the first that counts; where there
  /// is none every epoch counts.
  @Test(arguments: [
    (EpsilonRamp(start: 1, length: 2), 3), (EpsilonRamp(start: 0, length: 0), 1),
    (EpsilonRamp(start: 0, length: 1), 1), (EpsilonRamp(start: 0, length: 5), 5),
    (EpsilonRamp(start: 4, length: 2), 6),
  ])
  func theEndOfTheRampIsTheFirstThatCounts(ramp: EpsilonRamp, first: Int) throws {
    let rising = (1...6).map { Self.report(verified: Float($0) / 10) }
    #expect(try Self.kept(.interval(), ramp: ramp, rising) == first)
    // At its end, and not before, ε is the largest.
    guard ramp.length > 0 else { return }
    let steps = 7
    #expect(ramp.fraction(atStep: first * steps, stepsPerEpoch: steps) == 1)
    #expect(ramp.fraction(atStep: first * steps - 1, stepsPerEpoch: steps) < 1)
  }

  @Test func theFirstOfEqualsIsKept() throws {
    let errors: [Float] = [0.1, 0.1, 0.4, 0.3, 0.3, 0.35]
    #expect(try Self.kept(.interval(), errors.map { Self.report(verified: $0) }) == 4)
    let nothing = [Self.report(standard: 0.2, verified: .nan)]
    #expect(try Self.kept(.interval(), ramp: EpsilonRamp(start: 0, length: 0), nothing) == nil)
  }

  /// Margins of 0 verify nothing: neither in selection nor among a step's metrics.
  @Test(arguments: [
    Objective.interval(), .crownIBP(beta: .constant(1)), .crown(), .crownIBP(margins: .fused),
  ])
  func aMarginOfZeroIsUnverified(objective: Objective) throws {
    let data = try LabeledImages(
      height: 1, width: 2, pixels: [255, 0, 0, 255, 255, 0, 0, 255], labels: [0, 1, 0, 1],
      classes: 2)
    let linear = Linear(weight: Tensor(shape: [2, 2], [1, 0, 0, 1]), bias: .zeros([2]))
    let network = try Network(input: [1, 2, 1], [Flatten(), linear])
    // The two pixels differ by 1, and each moves by ε.
    for (epsilon, error) in [(0.5, 1), (0.5 - 1 / 1024, 0)] as [(Float, Float)] {
      let plan = TrainingPlan(
        objective: objective, perturbation: .linf(epsilon: epsilon),
        schedule: Schedule(epochs: 1, batchSize: 2, ramp: EpsilonRamp(start: 0, length: 0)),
        holdout: 2)
      var run = try TrainingRun(plan, network: network, on: data)
      let selection = try #require(run.selectionReport(of: run.split.heldOut))
      #expect(selection.standardError == 0 && selection.verifiedError == error)
      let report = try run.advance(run.order)
      #expect(report.sums.trainingVerifiedError == error)
    }
  }

  /// An answer of NaN is wrong, although no attack needs to find it.
  @Test func wrongAnswersCountAsAttacked() throws {
    let data = try LabeledImages(
      height: 1, width: 2, pixels: [255, 0, 0, 255, 255, 0, 0, 255], labels: [0, 1, 0, 1],
      classes: 2)
    let linear = Linear(weight: Tensor(shape: [2, 2], [1, .nan, 0, 1]), bias: .zeros([2]))
    let plan = TrainingPlan(
      objective: .attacked(.init(.adversarial)), perturbation: .linf(epsilon: 0.1),
      schedule: Schedule(epochs: 1, batchSize: 2, ramp: EpsilonRamp(start: 0, length: 0)),
      holdout: 2)
    let run = try TrainingRun(
      plan, network: Network(input: [1, 2, 1], [Flatten(), linear]), on: data)
    let selection = try #require(run.selectionReport(of: run.split.heldOut))
    #expect(selection.standardError == 1 && selection.attackedError == 1)
  }

  /// The loss is log 2 at logits of 0, while its derivative by the first weight overflows.
  @Test func aGradientThatOverflowsDiverges() throws {
    let data = try LabeledImages(
      height: 1, width: 1, pixels: [255, 255], labels: [0, 1], classes: 2)
    let layers: [any Layer] = [
      Flatten(), Linear(weight: Tensor(shape: [1, 1], [1]), bias: Tensor(shape: [1], [-1])),
      Linear(weight: Tensor(shape: [1, 1], [1e30]), bias: .zeros([1])),
      Linear(weight: Tensor(shape: [2, 1], [1e30, -1e30]), bias: .zeros([2])),
    ]
    let plan = TrainingPlan(
      objective: .natural, perturbation: .linf(epsilon: 0),
      schedule: Schedule(epochs: 1, batchSize: 1, ramp: EpsilonRamp(start: 0, length: 0)))
    var run = try TrainingRun(plan, network: Network(input: [1, 1, 1], layers), on: data)
    let before = run.parameters
    let error = #expect(throws: TrainingError.self) { try run.advance(run.order) }
    #expect(error == .diverged(epoch: 1, step: 1))
    #expect(run.parameters == before)
  }
}
