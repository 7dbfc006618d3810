import Crownwork

/// The steps of the article "First certificate".
enum FirstCertificateExample {
  static func run() throws -> (certification: Certification, attacks: [AttackResult]) {
    let digits = Dataset.digits()
    print(digits.train.count, digits.test.count, digits.train.classes)

    let network = try Architecture.cnn2Layer(width: 4, hidden: 128).network(input: [8, 8, 1])
    print(network.outputShape, network.parameterCount)

    let box = Perturbation.linf(epsilon: 0.1, within: 0...1)

    let plan = TrainingPlan(
      objective: .crownIBP(), perturbation: box,
      schedule: Schedule(epochs: 40, batchSize: 32, ramp: EpsilonRamp(start: 1, length: 24)),
      optimizer: Optimizer.Settings(
        learningRate: 5e-3, decay: .afterRamp(every: 10, factor: 0.5)),
      holdout: 71)

    var run = try TrainingRun(plan, network: network, on: digits.train)
    var best = network
    try run.train { event, current in
      guard case .epoch(let report) = event else { return }
      print(report.epoch, report.point.epsilon, report.sums.meanLoss)
      if report.isBest { best = current.network }
    }

    let certification = try best.certify(
      digits.test, against: box, by: [.interval, .crownIBP()])
    print("standard error", certification.standardError)
    print("certified error", certification.verifiedError)

    for verdict in certification.verdicts.prefix(5) {
      print(verdict.index, verdict.status, verdict.margin, verdict.method)
    }

    let attacks = try best.attack(digits.test, within: box, with: .pgd(steps: 50, restarts: 5))
    let wrong = attacks.count { $0.status != .survived }
    print("attacked error", Float(wrong) / Float(attacks.count))

    return (certification, attacks)
  }
}
