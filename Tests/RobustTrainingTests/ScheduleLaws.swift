import Datasets
import Networks
import RobustTraining
import Testing

/// ε, κ, β and the learning rate are pure functions of the step.
@Suite struct ScheduleLaws {
  @Test(arguments: EpsilonRamp.Shape.allCases)
  func rampsAreMonotoneAndContinuous(shape: EpsilonRamp.Shape) {
    let ramp = EpsilonRamp(start: 2, length: 5, shape: shape)
    let steps = 1_000
    let values = (0..<8 * steps).map { ramp.fraction(atStep: $0, stepsPerEpoch: steps) }
    #expect(values[2 * steps] == 0 && values[7 * steps] == 1)
    #expect(values[..<(2 * steps)].allSatisfy { $0 == 0 })
    #expect(values[(7 * steps)...].allSatisfy { $0 == 1 })
    for (a, b) in zip(values, values.dropFirst()) {
      #expect(a <= b && b - a < 4.0 / Float(5 * steps))
    }
  }

  @Test func linearRampHasTheValuesOfItsLine() {
    let ramp = EpsilonRamp(start: 1, length: 4)
    for step in 0...40 {
      #expect(ramp.fraction(atStep: 10 + step, stepsPerEpoch: 10) == Float(step) / 40)
    }
  }

  /// α t⁴ with slope continuous at t = ¼ and value 1 at t = 1: α = 256/13.
  @Test func smoothedRampStartsAsAFourthPower() {
    let ramp = EpsilonRamp(start: 0, length: 1, shape: .smoothed)
    func value(_ t: Double) -> Double {
      Double(ramp.fraction(atStep: Int(t * 10_000), stepsPerEpoch: 10_000))
    }
    #expect(abs(value(0.125) - 256 / 13 * 0.125 * 0.125 * 0.125 * 0.125) < 1e-6)
    #expect(abs(value(0.25) - 1 / 13.0) < 1e-6)
    let slopes = [0.2499, 0.25, 0.5, 0.9].map { (value($0 + 0.0001) - value($0)) / 0.0001 }
    for slope in slopes { #expect(abs(slope - 16 / 13.0) < 2e-2) }
  }

  @Test func jumpingRampIsFullAtOnce() {
    #expect(EpsilonRamp(start: 0, length: 0).fraction(atStep: 0, stepsPerEpoch: 7) == 1)
  }

  /// What would trap later is refused when a run is made.
  @Test func schedulesThatMakeNoSenseAreRefused() throws {
    let good = Schedule(epochs: 1, ramp: EpsilonRamp(start: 0, length: 0))
    let bad: [(String, (inout TrainingPlan) -> Void)] = [
      ("number of epochs must be a whole number in 1...1000000, not 0", { $0.schedule.epochs = 0 }),
      ("batch size must be a whole number in 1...65536, not 0", { $0.schedule.batchSize = 0 }),
      ("batches per step", { $0.schedule.batchesPerStep = -1 }),
      ("start of the ramp", { $0.schedule.ramp.start = -1 }),
      ("length of the ramp", { $0.schedule.ramp.length = -2 }),
      (
        "falls of the learning rate must be a whole number in 1...1000000, not 0",
        { $0.optimizer.decay = .afterRamp(every: 0, factor: 0.5) }
      ),
    ]
    let digits = Dataset.digits().train
    let network = try Architecture.mlp(hidden: [4]).network(input: [8, 8, 1])
    for (text, change) in bad {
      var plan = TrainingPlan(
        objective: .natural, perturbation: .linf(epsilon: 0.1), schedule: good)
      _ = try TrainingRun(plan, network: network, on: digits)
      change(&plan)
      let error = #expect(throws: TrainingError.self) {
        _ = try TrainingRun(plan, network: network, on: digits)
      }
      #expect(error?.description.contains(text) == true, "\(String(describing: error))")
    }
  }

  @Test func decayFollowsEpochs() {
    let ramp = EpsilonRamp(start: 1, length: 3)
    let after = LearningRateDecay.afterRamp(every: 2, factor: 0.5)
    let factors = (0..<9).map { after.factor(epoch: $0, ramp: ramp) }
    #expect(factors == [1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.25])
    let milestones = LearningRateDecay.milestones([1, 3], factor: 0.5)
    #expect((0..<5).map { milestones.factor(epoch: $0, ramp: ramp) } == [1, 0.5, 0.5, 0.25, 0.25])
  }

  @Test func mixesAreLinearInEpsilon() {
    let objective = Objective.crownIBP(beta: Objective.Mix(from: 1, to: 0), kappa: .constant(0.5))
    for epsilon: Float in [0, 0.1, 0.25, 0.5] {
      let point = ObjectivePoint(objective, epsilon: epsilon, largest: 0.5)
      #expect(abs(point.beta - (1 - epsilon / 0.5)) < 1e-6 && point.kappa == 0.5)
    }
  }
}
