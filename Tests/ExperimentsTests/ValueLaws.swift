import Datasets
import Experiments
import Networks
import RobustTraining
import Testing
import Verification

/// What a recipe may not say, Swift may not either: it throws, and nothing traps.
@Suite struct ValueLaws {
  /// Plans with one value out of range, by the path of the setting.
  static let plans: [(path: String, change: @Sendable (inout TrainingPlan) -> Void)] = [
    ("schedule.epochs", { $0.schedule.epochs = 0 }),
    ("schedule.epochs", { $0.schedule.epochs = .max }),
    ("schedule.batch-size", { $0.schedule.batchSize = 0 }),
    ("schedule.batch-size", { $0.schedule.batchSize = .max }),
    ("schedule.accumulate", { $0.schedule.batchesPerStep = -1 }),
    ("schedule.ramp.start", { $0.schedule.ramp.start = -1 }),
    ("schedule.ramp.length", { $0.schedule.ramp.length = -1 }),
    ("schedule.ramp.length", { $0.schedule.ramp.length = 1000 }),
    ("optimizer.learning-rate", { $0.optimizer.learningRate = 0 }),
    ("optimizer.learning-rate", { $0.optimizer.learningRate = .nan }),
    ("optimizer.weight-decay", { $0.optimizer.weightDecay = -1 }),
    ("optimizer.l1", { $0.optimizer.l1 = .infinity }),
    ("optimizer.clip-norm", { $0.optimizer.clipNorm = 0 }),
    ("optimizer.beta1", { $0.optimizer.beta1 = 1 }),
    ("optimizer.beta2", { $0.optimizer.beta2 = .nan }),
    ("optimizer.epsilon", { $0.optimizer.epsilon = 0 }),
    ("optimizer.momentum", { $0.optimizer.rule = .descent(momentum: 1, nesterov: true) }),
    ("optimizer.average-from", { $0.optimizer.averageFrom = 0 }),
    ("optimizer.average-from", { $0.optimizer.averageFrom = 9 }),
    ("optimizer.decay.factor", { $0.optimizer.decay = .milestones([1], factor: 0) }),
    ("optimizer.decay.factor", { $0.optimizer.decay = .afterRamp(every: 1, factor: 2) }),
    ("optimizer.decay.every", { $0.optimizer.decay = .afterRamp(every: 0, factor: 0.5) }),
    ("optimizer.decay.milestones", { $0.optimizer.decay = .milestones([-1], factor: 0.5) }),
    ("augment.crop", { $0.augmentation.crop = -1 }),
    ("objective.kappa", { $0.objective = .interval(kappa: .constant(2)) }),
    ("objective.beta", { $0.objective = .crownIBP(beta: .constant(-1)) }),
    ("objective.projections", { $0.objective = .crown(slope: .same, projections: 0) }),
    ("objective.weight", { $0.objective = .shortWarmup(weight: -1) }),
    ("objective.weight", { $0.objective = .attacked(AttackedObjective(.trades(weight: -1))) }),
    ("objective.tolerance", { $0.objective = .shortWarmup(tolerance: 0) }),
    ("objective.alpha", { $0.objective = .attacked(AttackedObjective(.mixedPowers(alpha: 2))) }),
    ("objective.share", { $0.objective = .attacked(AttackedObjective(.smallBox(share: -1))) }),
    ("objective.attack.steps", { $0.objective = attacked(TrainingAttack(steps: 0)) }),
    ("objective.attack.step", { $0.objective = attacked(TrainingAttack(relativeStep: 0)) }),
    ("holdout", { $0.holdout = -1 }),
    ("train-examples", { $0.trainExamples = 0 }),
    // The settings of ε refuse it where they are made.
    ("perturbation.epsilon", { $0.selectionEpsilon = -1 }),
    ("perturbation.epsilon", { $0.selectionEpsilon = .nan }),
  ]

  private static func attacked(_ attack: TrainingAttack) -> Objective {
    .attacked(AttackedObjective(.adversarial, attack: attack))
  }

  static let attacks: [(path: String, attack: Attack)] = [
    ("evaluate.attack.steps", .pgd(steps: 0)), ("evaluate.attack.steps", .apgd(steps: .max)),
    ("evaluate.attack.restarts", .pgd(restarts: .max)),
    ("evaluate.attack.step", .pgd(relativeStep: -1)),
    ("evaluate.attack.decay.factor", .pgd(decay: .milestones([0.5], factor: 0))),
    ("evaluate.attack.decay.milestones", .multiTargeted(decay: .milestones([], factor: 0.5))),
    ("evaluate.attack.decay.milestones", .multiTargeted(decay: .milestones([1], factor: 0.5))),
  ]

  /// Settings whose types cannot hold a value out of range, or refuse it where they are made.
  private static let safe: Set = [
    "images.channels", "images.size", "model.blocks", "model.hidden", "model.kernel",
    "model.width", "model.mean", "model.std", "perturbation.epsilon", "perturbation.train-epsilon",
    "perturbation.clip", "seed", "evaluate.examples",
  ]

  @Test func everyNumberIsChecked() {
    let checked = Set(Self.plans.map(\.path) + Self.attacks.map(\.path))
    let numbers = SettingTable.settings.filter(\.isNumber).map(\.path)
    #expect(Set(numbers).subtracting(Self.safe) == checked.subtracting(Self.safe))
  }

  @Test(arguments: plans.indices)
  func badPlansThrow(index: Int) throws {
    let digits = Dataset.digits().train
    let network = try Architecture.mlp(hidden: [4]).network(input: [8, 8, 1])
    var plan = TrainingPlan(
      objective: .interval(), perturbation: .linf(epsilon: 0.1),
      schedule: Schedule(epochs: 5, ramp: EpsilonRamp(start: 0, length: 1)), holdout: 10)
    _ = try TrainingRun(plan, network: network, on: digits)
    Self.plans[index].change(&plan)
    let error = #expect(throws: TrainingError.self, "\(Self.plans[index].path)") {
      try TrainingRun(plan, network: network, on: digits)
    }
    #expect(error?.description.contains("\n") == false)
  }

  /// What is a pure function of a schedule does not trap on a bad one.
  @Test func badSchedulesDoNotTrap() {
    let schedule = Schedule(epochs: 0, batchSize: 0, ramp: EpsilonRamp(start: 0, length: 0))
    #expect(schedule.stepsPerEpoch(examples: 10) >= 1)
    #expect(schedule.ramp.fraction(atStep: 0, stepsPerEpoch: 0) == 1)
    let decay = LearningRateDecay.afterRamp(every: 0, factor: 0.5)
    #expect(decay.factor(epoch: 1, ramp: schedule.ramp) <= 1)
  }

  @Test(arguments: attacks.indices)
  func badAttacksThrow(index: Int) throws {
    let network = try Architecture.mlp(hidden: [4]).network(input: [8, 8, 1])
    let data = Dataset.digits().test.prefix(2)
    let target = CertificationTarget(for: .digits)
    #expect(throws: InvalidValue.self) {
      try network.evaluate(on: data, target: target, attack: Self.attacks[index].attack)
    }
    #expect(throws: InvalidValue.self) {
      try network.robustnessCurve(
        on: data, target: target, at: [0.1], attack: Self.attacks[index].attack)
    }
  }

  @Test func badImageSettingsThrow() {
    for settings in [
      ImageSettings(channels: 2), ImageSettings(size: .init(height: 0, width: 4)),
      ImageSettings(size: .init(height: 4, width: 5000)),
    ] {
      #expect(throws: InvalidValue.self) { try Dataset.load(.digits, images: settings) }
    }
  }
}
