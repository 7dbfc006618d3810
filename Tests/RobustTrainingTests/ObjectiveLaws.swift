import Bounds
import Foundation
import Networks
import Tensors
import Testing

@testable import RobustTraining

/// Objectives at the ends of their settings are their neighbours; their losses fall along their
/// gradients as these say.
@Suite struct ObjectiveLaws {
  private static let set = Perturbation.linf(epsilon: 0.08, within: 0...1)

  private struct Setting {
    let network: Network
    let images: Tensor
    let labels: [Int]

    init(batchNorm: Bool = false) throws {
      let architecture: Architecture =
        batchNorm ? .cnn7BN(width: 1, hidden: 6) : .cnn2Layer(width: 1, hidden: 8)
      network = try architecture.network(input: [8, 8, 1], classes: 4, seed: 3)
      var random = RandomSource(seed: 6)
      images = .uniform([6, 8, 8, 1], in: 0...1, using: &random)
      labels = [0, 1, 2, 3, 0, 1]
    }

    func loss(_ objective: Objective, epsilon: Float = 0.08) throws -> (Float, [Tensor]) {
      let point = ObjectivePoint(objective, epsilon: epsilon, largest: 0.08)
      let result = try withGradients(of: network) {
        try objective.loss(
          of: $0, on: images, labels: labels, within: ObjectiveLaws.set, at: point,
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
  }

  /// Between the ends: MTL is the mean of the losses, CC and EXP lie below it (Jensen), and a small box
  /// within the large one asks for less.
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
    let setting = try Setting(batchNorm: batchNorm)
    // Points that do not depend on the weights: no step.
    let objective = Objective.attacked(AttackedObjective(kind, attack: TrainingAttack(steps: 0)))
    let point = ObjectivePoint(objective, epsilon: 0.02, largest: 0.08)
    func loss(_ network: Network) throws -> Tensor {
      try objective.loss(
        of: network, on: setting.images, labels: setting.labels, within: Self.set, at: point,
        random: RandomSource(seed: 9)
      ).value
    }
    let gradients = try withGradients(of: setting.network, loss).gradients
    let squares = gradients.reduce(0.0) { $0 + $1.sumOfSquares }
    let step = Float(2e-4 / squares.squareRoot())
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
