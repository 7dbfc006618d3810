import Bounds
import Networks
import Tensors
import Testing

@testable import Datasets
@testable import Experiments
@testable import Verification

/// Radii and curves say what single certifications and attacks say.
@Suite struct EvaluationLaws {
  static let sets: [Perturbation] = [
    .linf(epsilon: 0.3, within: 0...1), .l2(epsilon: 1.5), .l1(epsilon: 4),
  ]
  private static let subject = Result {
    let yaml = """
      model: { name: cnn-2layer, width: 1, hidden: 16 }
      objective: { name: crown-ibp, margins: fused }
      perturbation: { epsilon: 0.08 }
      schedule: { epochs: 6, ramp: { start: 1, length: 3 } }
      """
    let digits = Dataset.digits()
    var run = try Recipe(yaml: yaml).run(on: digits)
    try run.train()
    return (network: run.network, data: digits.test[0..<50])
  }

  @Test(arguments: sets)
  func radiiAreCertified(set: Perturbation) throws {
    let (network, data) = try Self.subject.get()
    let methods: [BoundMethod] = [.interval, .crownIBP(), .crown()]
    let search = RadiusSearch(upTo: set.epsilon, precision: 1 / 64)
    #expect(search.halvings == 6 && search.resolution == set.epsilon / 64)
    let radii = try search.radii(of: network, on: data, within: set, by: methods)
    #expect(radii.map(\.verdict.index) == Array(0..<50))
    #expect(Set(radii.compactMap(\.radius)).count > 8)
    for (index, result) in radii.enumerated() {
      let alone = data[index..<index + 1]
      func status(_ epsilon: Float) throws -> Verdict.Status {
        try network.certify(alone, against: set.withEpsilon(epsilon), by: methods).verdicts[0]
          .status
      }
      guard let radius = result.radius else {
        #expect(try status(0.001) == .misclassified)
        continue
      }
      if radius > 0 {
        #expect(try status(radius) == .certified)
        let attack = Attack.pgd(steps: 10, restarts: 1)
        let attacked = try network.attack(alone, within: set.withEpsilon(radius), with: attack)
        #expect(attacked[0].status == .survived)
      }
      guard let open = result.open else {
        #expect(radius == set.epsilon)
        continue
      }
      #expect(try status(open) == .unknown)
      #expect(abs(open - radius - search.resolution) <= 1e-5 * set.epsilon)
    }
  }

  @Test func radiiDoNotDependOnTheOthers() throws {
    let (network, data) = try Self.subject.get()
    let search = RadiusSearch(upTo: 0.3)
    func radii(_ data: LabeledImages) throws -> [Float?] {
      try search.radii(of: network, on: data, within: Self.sets[0], by: [.interval, .crown()])
        .map(\.radius)
    }
    let all = try radii(data)
    #expect(try radii(data[20..<30]) == Array(all[20..<30]))
  }

  @Test(arguments: sets)
  func curvesAreWhatReportsSay(set: Perturbation) throws {
    let (network, data) = try Self.subject.get()
    let target = CertificationTarget(perturbation: set, methods: [.interval, .crown()])
    let attack = Attack.pgd(steps: 10, restarts: 1)
    let epsilons = [0.6, 0, 0.1, 0.3].map { Float($0) * set.epsilon }
    let curve = try network.robustnessCurve(
      on: data, target: target, at: epsilons, attack: attack)
    #expect(curve.points.map(\.epsilon) == epsilons.sorted())
    #expect(curve.contradictions.isEmpty)
    for point in curve.points {
      var single = target
      single.perturbation = set.withEpsilon(point.epsilon)
      let report = try network.evaluate(on: data, target: single, attack: attack)
      #expect(point.standardError == report.standardError)
      // Intervals shrink with ε, so nothing is certified but at its own ε.
      #expect(abs(point.certifiedErrors[0] - report.certifiedErrors[0].error) < 1e-6)
      #expect(point.certifiedErrors[1] <= report.certifiedErrors[1].error + 1e-6)
      #expect(point.attackedError >= report.attackedError - 1e-6)
      #expect(point.certifiedErrors.allSatisfy { $0 >= point.attackedError })
    }
    for (smaller, larger) in zip(curve.points, curve.points.dropFirst()) {
      #expect(smaller.attackedError <= larger.attackedError)
      #expect(zip(smaller.certifiedErrors, larger.certifiedErrors).allSatisfy { $0 <= $1 })
    }
    #expect(curve.points[0].attackedError < curve.points[3].attackedError)
    #expect(curve.points[0].certifiedErrors[0] < curve.points[3].certifiedErrors[1])
  }

  /// Which examples are bounded together depends on the memory, but not on the threads, and those
  /// that are bounded side by side fit into it.
  @Test(arguments: [1, 1 << 16, 1 << 20, Budget.defaultMemory])
  func threadsDecideNoGroup(memory: Int) throws {
    let all = Threads.count
    defer { Threads.use(all) }
    var random = RandomSource(seed: 1)
    let network = try Network(
      input: [8, 8, 1],
      [
        Flatten(), Linear(from: 64, to: 600, using: &random), ReLU(),
        Linear(from: 600, to: 10, using: &random),
      ])
    let data = Dataset.digits().test
    let examples = data.labels.indices.map { OpenExamples.Example(index: $0, methods: 2) }
    let groups = try [1, 2, 64].map { threads in
      Threads.use(threads)
      let decisions = try Decisions(
        network, ExampleSource(data), Self.sets[0], by: [.interval, .crownIBP()],
        arithmetic: .certified, budget: Budget(memory: memory))
      let sizes = decisions.items(examples, epsilon: 0.1).map(\.examples.count)
      let bytes = sizes[0] * decisions.network.plan.bytesPerExample * decisions.itemsAtOnce
      #expect(bytes <= memory || (sizes[0] == 1 && decisions.itemsAtOnce == 2))
      return sizes + [decisions.itemsAtOnce]
    }
    #expect(Set(groups).count == 1 && groups[0].dropLast().reduce(0, +) == data.count)
  }
}
