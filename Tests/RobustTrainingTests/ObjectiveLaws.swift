import Bounds
import Foundation
import Networks
import Tensors
import Testing
import _TestSupport

@testable import Experiments
@testable import Relaxations
@testable import RobustTraining
@testable import Verification

/// Objectives at the ends of their settings are their neighbours; their losses fall along their
/// gradients as these say.
@Suite struct ObjectiveLaws {
  private static let set = Perturbation.linf(epsilon: 0.08, within: 0...1)

  private struct Setting {
    let network: Network
    let images: Tensor
    let labels: [Int]

    init(batchNorm: Bool = false) throws {
      try self.init(batchNorm ? .cnn7BN(width: 1, hidden: 6) : .cnn2Layer(width: 1, hidden: 8))
    }

    init(_ architecture: Architecture) throws {
      network = try architecture.network(input: [8, 8, 1], classes: 4, seed: 3)
      var random = RandomSource(seed: 6)
      images = .uniform([6, 8, 8, 1], in: 0...1, using: &random)
      labels = [0, 1, 2, 3, 0, 1]
    }

    func loss(_ objective: Objective, epsilon: Float = 0.08) throws -> (Float, [Tensor]) {
      let point = ObjectivePoint(objective, epsilon: epsilon, largest: 0.08)
      let result = try withGradients(of: network) {
        try objective.loss(
          of: BoundedNetwork($0, arithmetic: .real), on: images, labels: labels,
          within: ObjectiveLaws.set, at: point,
          random: RandomSource(seed: 9)
        ).value
      }
      return (result.value.scalar, result.gradients)
    }
  }

  private func attacked(_ kind: AttackedObjective.Kind) -> Objective {
    .attacked(AttackedObjective(kind, attack: TrainingAttack(steps: 4)))
  }

  private func expectEqual(_ a: Objective, _ b: Objective, batchNorm: Bool) throws {
    let setting = try Setting(batchNorm: batchNorm)
    let (one, other) = (try setting.loss(a), try setting.loss(b))
    #expect(abs(one.0 - other.0) <= 1e-6 * abs(other.0), "\(a.name) \(one.0), \(b.name) \(other.0)")
    // Rounding is that of the whole: a bias in front of a BatchNorm has no gradient at all.
    let whole = other.1.reduce(0.0) { $0 + $1.sumOfSquares }.squareRoot()
    for (x, y) in zip(one.1, other.1) {
      let difference = (x - y).sumOfSquares.squareRoot()
      let slack = 1e-5 * y.sumOfSquares.squareRoot() + 1e-6 * whole
      #expect(difference <= slack, "\(a.name), \(b.name): \(difference) of \(whole)")
    }
  }

  @Test(arguments: [false, true])
  func limitsAreNeighbours(batchNorm: Bool) throws {
    let (ibp, pgd) = (Objective.interval(), attacked(.adversarial))
    for kind in [
      .smallBox(share: 1), .mixedLosses(alpha: 1), .mixedMargins(alpha: 1),
      .mixedPowers(alpha: 1),
    ] as [AttackedObjective.Kind] {
      try expectEqual(attacked(kind), ibp, batchNorm: batchNorm)
    }
    for kind in [.mixedLosses(alpha: 0), .mixedMargins(alpha: 0), .mixedPowers(alpha: 0)]
      as [AttackedObjective.Kind]
    {
      try expectEqual(attacked(kind), pgd, batchNorm: batchNorm)
    }
    try expectEqual(attacked(.trades(weight: 0)), .natural, batchNorm: batchNorm)
    try expectEqual(.interval(kappa: .constant(1)), .natural, batchNorm: batchNorm)
    try expectEqual(.crownIBP(beta: .constant(0)), ibp, batchNorm: batchNorm)
    for projections in [nil, 7] {
      try expectEqual(
        .crown(kappa: .constant(1), projections: projections), .natural, batchNorm: batchNorm)
    }
  }

  /// With one hidden layer intervals are exact, so there is nothing to tighten.
  @Test(arguments: ReLUSlope.allCases)
  func crownIsCrownIBPWithOneHiddenLayer(slope: ReLUSlope) throws {
    let setting = try Setting(.mlp(hidden: [9]))
    let (a, b) = (
      try setting.loss(.crown(slope: slope)),
      try setting.loss(.crownIBP(beta: .constant(1), slope: slope))
    )
    #expect(a.0 == b.0 && a.1 == b.1)
  }

  /// Training's margins are those of certification by full CROWN, for examples one by one.
  @Test(arguments: ReLUSlope.allCases, [false, true])
  func crownTrainsOnWhatCertifies(slope: ReLUSlope, residual: Bool) throws {
    let setting = try Setting(
      residual
        ? .resnet(width: 1, blocks: 1, hidden: 6, batchNorm: false)
        : .cnn4Layer(width: 1, hidden: 8))
    let objective = Objective.crown(slope: slope)
    let loss = try objective.loss(
      of: BoundedNetwork(setting.network, arithmetic: .real), on: setting.images,
      labels: setting.labels,
      within: Self.set,
      at: ObjectivePoint(objective, epsilon: 0.08, largest: 0.08))
    for (example, label) in setting.labels.enumerated() {
      let expected = try lowerBounds(
        of: setting.network, around: setting.images.rows(example..<example + 1), Self.set,
        .margins(of: [label], classes: 4), by: .crown(slope: slope))
      for (x, y) in zip(loss.margins!.rows(example..<example + 1).scalars, expected.scalars) {
        #expect(abs(x - y) <= 2e-5 * max(1, abs(y)), "\(x) instead of \(y)")
      }
    }
  }

  /// Estimates come near to the bounds they are of: the median of k Cauchy numbers has a relative
  /// standard error of π/(2√k), 3% here.
  @Test(arguments: [set, .l2(epsilon: 0.3)])
  func projectionsEstimateThePolytope(set: Perturbation) throws {
    let setting = try Setting(.cnn4Layer(width: 1, hidden: 8))
    func margins(_ projections: Int?) throws -> [Float] {
      let objective = Objective.crown(slope: .same, projections: projections)
      let point = ObjectivePoint(objective, epsilon: set.epsilon, largest: set.epsilon)
      return try objective.loss(
        of: BoundedNetwork(setting.network, arithmetic: .real), on: setting.images,
        labels: setting.labels,
        within: set, at: point
      ).margins!.scalars
    }
    let (exact, estimate) = (try margins(nil), try margins(2500))
    let clean = Specification.margins(of: setting.labels, classes: 4)
      .margins(of: setting.network(setting.images)).scalars
    for (index, margin) in exact.enumerated() {
      let loss = clean[index] - margin
      #expect(abs(estimate[index] - margin) < 0.06 * loss, "\(estimate[index]) for \(margin)")
    }
  }

  @Test func projectionsRefuseWhatTheyCannotEstimate() throws {
    let setting = try Setting()
    var random = RandomSource(seed: 1)
    let smooth = try Network(
      input: [8, 8, 1],
      [
        Flatten(), Linear(from: 64, to: 4, using: &random), Activation(.tanh),
        Linear(from: 4, to: 4, using: &random),
      ])
    for (network, set) in [(setting.network, .l1(epsilon: 0.1)), (smooth, Self.set)] {
      #expect(throws: BoundsError.self) {
        try BoundedNetwork(network, arithmetic: .real).checkProjections(within: set)
      }
    }
  }

  @Test(
    arguments: [
      Objective.crown(), .crown(kappa: .constant(0.3), slope: .same),
      .crown(slope: .same, projections: 9), .shortWarmup(),
    ], [false, true])
  func gradientsOfCrownFollowTheLoss(objective: Objective, batchNorm: Bool) throws {
    // Through seven layers and their BatchNorms a median soon passes to another column, a kink:
    // only a short way is smooth.
    try expectGradientsFollow(
      objective, Setting(batchNorm: batchNorm), epsilon: batchNorm ? 0.002 : 0.02,
      length: batchNorm ? 1e-5 : 1e-4)
  }

  /// Between the ends: MTL is the mean of the losses, CC and EXP lie below it (Jensen), and a small
  /// box within the large one asks for less.
  @Test func mixturesLieBetween() throws {
    let setting = try Setting()
    func value(_ objective: Objective) throws -> Float { try setting.loss(objective).0 }
    let (ibp, pgd) = (try value(.interval()), try value(attacked(.adversarial)))
    #expect(pgd < ibp)
    let mtl = try value(attacked(.mixedLosses(alpha: 0.3)))
    #expect(abs(mtl - (0.3 * ibp + 0.7 * pgd)) < 1e-5 * ibp)
    for kind in [.mixedMargins(alpha: 0.3), .mixedPowers(alpha: 0.3)] as [AttackedObjective.Kind] {
      let mixed = try value(attacked(kind))
      #expect(pgd < mixed && mixed < mtl, "\(kind): \(pgd) \(mixed) \(mtl)")
    }
    let sabr = try value(attacked(.smallBox(share: 0.3)))
    #expect(sabr < ibp)
  }

  /// The attack raises the loss: its points are in the set and worse than the clean ones.
  @Test func attacksFindWorsePoints() throws {
    let setting = try Setting()
    let natural = try setting.loss(.natural).0
    let one = try setting.loss(attacked(.adversarial)).0
    #expect(one > natural)
    var random = RandomSource(seed: 1)
    let points = TrainingAttack(steps: 6).points(
      of: setting.network, around: setting.images, within: Self.set, using: &random
    ) { crossEntropy($0, labels: setting.labels) }
    for (x, y) in zip(points.scalars, setting.images.scalars) {
      #expect(abs(x - y) <= 0.08 + 1e-6 && 0...1 ~= x)
    }
  }

  static let kinds: [AttackedObjective.Kind] = [
    .adversarial, .trades(weight: 6), .smallBox(share: 0.4), .mixedLosses(alpha: 0.3),
    .mixedMargins(alpha: 0.3), .mixedPowers(alpha: 0.3),
  ]

  /// With the attacked points kept, since gradients do not go through the attack.
  @Test(arguments: kinds, [false, true])
  func gradientsFollowTheLoss(kind: AttackedObjective.Kind, batchNorm: Bool) throws {
    // Points that do not depend on the weights: no step.
    let objective = Objective.attacked(AttackedObjective(kind, attack: TrainingAttack(steps: 0)))
    try expectGradientsFollow(objective, Setting(batchNorm: batchNorm))
  }

  private func expectGradientsFollow(
    _ objective: Objective, _ setting: Setting, epsilon: Float = 0.02, length: Double = 1e-4
  ) throws {
    let point = ObjectivePoint(objective, epsilon: epsilon, largest: 0.08)
    func loss(_ network: Network) throws -> Tensor {
      try objective.loss(
        of: BoundedNetwork(network, arithmetic: .real), on: setting.images, labels: setting.labels,
        within: Self.set,
        at: point,
        random: RandomSource(seed: 9)
      ).value
    }
    let gradients = try withGradients(of: setting.network, loss).gradients
    let squares = gradients.reduce(0.0) { $0 + $1.sumOfSquares }
    let step = Float(length / squares.squareRoot())
    func moved(_ by: Float) throws -> Float {
      let values = zip(setting.network.parameters, gradients).map { $0.value + $1 * by }
      return try loss(setting.network.withParameters(values)).scalar
    }
    let change = Double(try moved(step) - moved(-step)) / Double(2 * step)
    #expect(abs(change / squares - 1) < 0.01, "\(change) along \(squares)")
  }

  @Test(arguments: Objective.names)
  func recipesRoundTrip(name: String) throws {
    let recipe = try Recipe(yaml: "objective: { name: \(name) }")
    #expect(recipe.objective.name == name)
    #expect(try Recipe(yaml: recipe.yaml) == recipe)
  }

  @Test func recipesRefuseSettingsOfOthers() throws {
    for text in [
      "{ name: sabr, alpha: 0.5 }", "{ name: pgd, share: 0.5 }", "{ name: mtl-ibp, alpha: 2 }",
      "{ name: trades, weight: -1 }", "{ name: ibp, attack: { steps: 3 } }",
      "{ name: pgd, attack: { steps: 0 } }",
    ] {
      #expect(throws: RecipeError.self) { try Recipe(yaml: "objective: \(text)") }
    }
  }
}
