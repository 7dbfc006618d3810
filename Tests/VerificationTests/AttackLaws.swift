import Bounds
import Foundation
import Networks
import Tensors
import Testing
import _TestSupport

@testable import Datasets
@testable import Experiments
@testable import Verification

/// What attacks find is in the set and answered wrongly; how they are batched changes nothing.
@Suite struct AttackLaws {
  static let sets: [Perturbation] = [
    .linf(epsilon: 0.15, within: 0...1), .linf(epsilon: 0.15), .l2(epsilon: 0.9),
    .l1(epsilon: 3), .l2(epsilon: 0.8, within: 0...1), .l1(epsilon: 2.5, within: 0...1),
  ]
  static let attacks: [Attack] = [
    .fgsm(), .fgsm(loss: .margin), .pgd(steps: 12, restarts: 2),
    .pgd(steps: 12, restarts: 1, loss: .crossEntropy, decay: .tenths),
    .multiTargeted(steps: 6), .apgd(steps: 12, restarts: 2),
    .apgd(steps: 12, restarts: 1, loss: .crossEntropy),
  ]

  /// A network that knows the digits, some of which it answers wrongly nearby.
  private static let subject = Result {
    let yaml = """
      model: { name: cnn-2layer, width: 2, hidden: 32 }
      objective: { name: natural }
      schedule: { epochs: 4 }
      """
    let digits = Dataset.digits()
    var run = try Recipe(yaml: yaml).run(on: digits)
    try run.train()
    return (network: run.network, data: digits.test[0..<60])
  }

  private func findings(
    _ attack: Attack, _ set: Perturbation, rows: Range<Int> = 0..<60, seed: UInt64 = 0
  ) throws -> [AttackFinding?] {
    let (network, data) = try Self.subject.get()
    let batch = data.batch(rows)
    return attack.findings(
      in: network, around: batch.images, labels: batch.labels, within: set,
      seed: seed, indices: Array(rows))
  }

  @Test(arguments: attacks, sets)
  func findingsAreInTheSetAndAnsweredWrongly(attack: Attack, set: Perturbation) throws {
    let (network, data) = try Self.subject.get()
    let found = try findings(attack, set)
    #expect(found.contains { $0 != nil }, "\(attack) finds nothing in \(set)")
    for (index, finding) in found.enumerated() {
      guard let finding else { continue }
      let center = data.batch(index..<index + 1).images
      let distance = set.norm.length(finding.input.scalars, center.scalars)
      #expect(distance <= Double(set.epsilon) && Float(distance) == finding.distance)
      if let domain = set.domain { #expect(finding.input.scalars.allSatisfy(domain.contains)) }
      let (answer, label) = (network(finding.input).argmaxOfRows[0], Int(data.labels[index]))
      #expect(answer == finding.answer && answer != label)
      let logits = network(finding.input).scalars
      #expect(abs(finding.margin - (logits[label] - logits[answer])) < 1e-4)
    }
  }

  /// One whole step from the clean input, against its formula.
  @Test(arguments: AttackLoss.allCases)
  func fgsmIsOneStepOfEpsilon(loss: AttackLoss) throws {
    let (network, data) = try Self.subject.get()
    let batch = data.batch(0..<60)
    let (set, epsilon) = (Perturbation.linf(epsilon: 0.1, within: 0...1), Float(0.1))
    let logits = network(batch.images)
    let gradient = withGradients(at: [batch.images]) { inputs -> Tensor in
      let outputs = network(inputs[0])
      guard loss == .margin else { return crossEntropy(outputs, labels: batch.labels) * -60 }
      let (scalars, classes) = (logits.scalars, network.classes)
      let weights = batch.labels.enumerated().flatMap { row, label -> [Float] in
        let others = (0..<classes).filter { $0 != label }
        let rival = others.max {
          scalars[row * classes + $0] < scalars[row * classes + $1]
        }
        return (0..<classes).map { $0 == label ? 1 : ($0 == rival ? -1 : 0) }
      }
      return outputs.scaled(by: Tensor(shape: logits.shape, weights)).sum()
    }.gradients[0]
    let moved = zip(batch.images.scalars, gradient.scalars).map { x, g in
      min(max(x - (g > 0 ? epsilon : g < 0 ? -epsilon : 0), 0), 1)
    }
    let answers = network(Tensor(shape: batch.images.shape, moved)).argmaxOfRows
    let clean = logits.argmaxOfRows
    let found = try findings(.fgsm(loss: loss), set)
    for (row, label) in batch.labels.enumerated() {
      #expect((found[row] != nil) == (clean[row] != label || answers[row] != label))
      guard let finding = found[row], clean[row] == label else { continue }
      let center = batch.images.rows(row..<row + 1)
      let exact = Tensor(shape: center.shape, moved[(row * 64)..<((row + 1) * 64)])
        .drawn(to: center, within: epsilon)
      #expect(finding.input == exact)
    }
  }

  /// What descent towards one class finds, the attack that tries every class finds too.
  @Test(arguments: sets)
  func allTargetsFindWhatOneDoes(set: Perturbation) throws {
    let (network, data) = try Self.subject.get()
    let batch = data.batch(0..<60)
    let attack = Attack.multiTargeted(steps: 6)
    let all = try findings(attack, set)
    var fell = Set<Int>()
    for target in 0..<network.classes {
      let rows = (0..<60).filter { batch.labels[$0] != target }
      var descent = AttackDescent(
        attack, on: network, batch.images.rows(at: rows), labels: rows.map { batch.labels[$0] },
        targets: rows.map { _ in target }, within: set,
        starts: rows.map { RandomSource(seed: 0, purpose: "attack 0 \(target)", index: $0) })
      for (row, finding) in zip(rows, descent.run()) where finding != nil { fell.insert(row) }
    }
    #expect(!fell.isEmpty && fell.count < 60)
    #expect(Set(all.indices.filter { all[$0] != nil }) == fell)
  }

  /// Starts are the examples' own, and one that falls is left out without a trace.
  @Test(arguments: attacks, sets)
  func batchesAndThreadsChangeNothing(attack: Attack, set: Perturbation) throws {
    let (network, data) = try Self.subject.get()
    let threads = Threads.count
    defer { Threads.use(threads) }
    let results = try [(250, 1), (250, 2), (7, 2)].map { size, threads in
      Threads.use(threads)
      return try network.attack(data, within: set, with: attack, batchSize: size)
    }
    // Margins are computed by kernels that may share a small batch between threads.
    #expect(results[0].map(\.prediction) == results[1].map(\.prediction))
    #expect(results[0].map(\.status) == results[1].map(\.status))
    #expect(results[0].map(\.status) == results[2].map(\.status))
    #expect(results[0].allSatisfy { ($0.finding != nil) == ($0.status == .broken) })
    #expect(results[0].allSatisfy { ($0.margin <= 0) == ($0.status == .misclassified) })
  }

  @Test func theSeedDecidesTheStarts() throws {
    let attack = Attack.pgd(steps: 2, restarts: 1)
    let (one, again, other) = try (
      findings(attack, Self.sets[0]), findings(attack, Self.sets[0]),
      findings(attack, Self.sets[0], seed: 1)
    )
    #expect(one == again)
    #expect(one != other)
  }

  @Test func stepsShrink() {
    let attack = Attack.pgd(steps: 8, relativeStep: 0.5, decay: .tenths)
    let lengths = (0..<8).map { attack.relativeLength(ofStep: $0) }
    for (length, expected) in zip(lengths, [0.5, 0.5, 0.5, 0.5, 0.05, 0.05, 0.005, 0.005]) {
      #expect(abs(length - Float(expected)) < 1e-6)
    }
    #expect(Attack.pgd(steps: 200).relativeLength(ofStep: 199) == 0.0125)
  }

  /// No attack breaks what any method certifies.
  @Test(arguments: sets)
  func certifiedExamplesStand(set: Perturbation) throws {
    let (network, data) = try Self.subject.get()
    let small = set.withEpsilon(set.epsilon * 0.15)
    let methods: [BoundMethod] = [
      .interval, .crownIBP(), .crown(), .alphaCROWN(iterations: 3),
    ]
    for method in methods {
      let verdicts = try network.certify(data, against: small, by: [method]).verdicts
      let certified = verdicts.filter { $0.status == .certified }.map(\.index)
      if case .crown = method { #expect(!certified.isEmpty, "\(method) certifies nothing") }
      for attack in Self.attacks {
        let found = try findings(attack, small)
        for index in certified { #expect(found[index] == nil, "\(attack) \(method) \(index)") }
      }
    }
  }

  /// Each example of a batch has a part of ε of its own.
  @Test(arguments: [Perturbation.l2(epsilon: 1), .l1(epsilon: 1)])
  func randomPointsHaveRadiiOfTheirOwn(set: Perturbation) {
    var random = RandomSource(seed: 2)
    let points = SetProjection(set, around: .zeros([5, 4, 4, 1])).randomPoint(using: &random)
    let radii = (0..<5).map { points.rows($0..<$0 + 1).sumOfSquares.squareRoot() }
    #expect(radii.allSatisfy { $0 <= 1.0001 })
    #expect(Set(radii.map { Int($0 * 1000) }).count == 5, "\(radii)")
    // A single example draws what it always drew.
    var one = RandomSource(seed: 2)
    let direction = Tensor.normal([1, 4, 4, 1], standardDeviation: 1, using: &one).unitRows
    var again = RandomSource(seed: 2)
    let point = SetProjection(set, around: .zeros([1, 4, 4, 1])).randomPoint(using: &again)
    #expect(point == direction * (set.epsilon * one.uniform()))
  }
}

extension Perturbation.Norm {
  fileprivate func length(_ x: [Float], _ y: [Float]) -> Double {
    let sizes = zip(x, y).map { (Double($0) - Double($1)).magnitude }
    return switch self {
    case .linf: sizes.max() ?? 0
    case .l2: sizes.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .l1: sizes.reduce(0, +)
    }
  }
}
