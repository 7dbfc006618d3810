import Bounds
import Networks
import Tensors
import Verification

/// Objectives that learn from attacked points, alone or beside bounds.
///
/// An attack finds a point x' of the set where the loss is large; z' = f(x') are its outputs.
/// Attacks alone give networks that withstand attacks but can hardly be certified. Bounds alone can
/// be certified but cost accuracy, since loose bounds stand for outputs that no input has. The
/// mixtures have a weight α that goes from one to the other: at α = 1 they are IBP, at α = 0
/// adversarial training (for SABR the share of the box takes its place).
public struct AttackedObjective: Sendable, Equatable {
  /// What is made of the points. The equations have the symbols of ``Objective``; m' are the
  /// margins at x'.
  public enum Kind: Sendable, Equatable {
    /// Adversarial training, CE(z', y) (Madry et al. 2018).
    case adversarial
    /// TRADES, `CE(z, y) + weight · KL(softmax z ‖ softmax z')` (Zhang et al. 2019), where the
    /// attack climbs the divergence and not the cross-entropy.
    case trades(weight: Float)
    /// SABR (Müller et al. 2023): the loss CE(−m̲) with interval margins m̲ over a box of radius
    /// `share · ε` around an attacked point at most `(1 − share) · ε` away.
    ///
    /// The small box lies within the set. At share 1 it is IBP.
    case smallBox(share: Float)
    /// MTL-IBP, `α · CE(−m̲) + (1 − α) · CE(z', y)` (De Palma et al. 2024): a mix of losses.
    case mixedLosses(alpha: Float)
    /// CC-IBP, `CE(−(α · m̲ + (1 − α) · m'))` (De Palma et al. 2024): a mix of margins inside the
    /// loss.
    case mixedMargins(alpha: Float)
    /// EXP-IBP (De Palma et al. 2024), the mean over the examples of
    /// `CE(−m̲)^α · CE(z', y)^(1 − α)`: a geometric mix of losses.
    case mixedPowers(alpha: Float)
  }

  /// What the loss makes of the points.
  public var kind: Kind
  /// How the points are found.
  public var attack: TrainingAttack

  /// Creates an objective.
  public init(_ kind: Kind, attack: TrainingAttack = TrainingAttack()) {
    self.kind = kind
    self.attack = attack
  }

  /// Whether it bounds anything, so that its networks may be certified and are judged so.
  var isBounding: Bool {
    switch kind {
    case .adversarial, .trades: false
    case .smallBox, .mixedLosses, .mixedMargins, .mixedPowers: true
    }
  }

  /// Whether attacked points have any weight; without, no attack is made.
  private var usesAttack: Bool {
    switch kind {
    case .adversarial, .trades: true
    case .smallBox(let alpha), .mixedLosses(let alpha), .mixedMargins(let alpha),
      .mixedPowers(let alpha):
      alpha < 1
    }
  }

  /// The number of quantities carried forwards and backwards in a step (``StepCost``): one for what
  /// is learnt at attacked or clean points, two for intervals.
  var carried: Int {
    switch kind {
    case .adversarial: 1
    case .trades, .smallBox: 2
    case .mixedLosses, .mixedMargins, .mixedPowers: 3
    }
  }

  /// The passes of the attack, one forwards and one backwards for each step; they keep nothing.
  var attackPasses: Int { usesAttack ? 2 * attack.steps : 0 }

  /// Returns the loss of a network on a batch.
  ///
  /// - Parameters:
  ///   - set: The perturbation set at the current ε.
  ///   - random: Where the attack draws its start from.
  ///   - outputs: The clean outputs, computed where they are needed.
  /// - Returns: The loss, and the interval margins where the kind has them.
  func loss(
    of network: BoundedNetwork, on images: Tensor, _ labels: [Int], within set: Perturbation,
    using random: inout RandomSource, outputs: () -> Tensor
  ) -> BatchLoss {
    let (bounded, network) = (network, network.network)
    let specification = Specification.margins(of: labels, classes: network.classes)
    func intervalMargins(around center: Tensor, _ set: Perturbation) -> Tensor {
      bounded.bounding(over: set.region(around: center, in: .real)).intervalBounds(
        of: specification)
    }
    func attacked(_ set: Perturbation, _ random: inout RandomSource) -> Tensor {
      guard usesAttack else { return images }
      // The points are constants: no gradient of the weights flows through the search for them.
      return attack.points(of: network.detached, around: images, within: set, using: &random) {
        crossEntropy($0, labels: labels)
      }
    }
    switch kind {
    case .adversarial:
      return BatchLoss(value: crossEntropy(network(attacked(set, &random)), labels: labels))
    case .trades(let weight):
      return BatchLoss(
        value: trades(network, images, labels, set, weight, using: &random, clean: outputs()))
    case .smallBox(let share):
      let center = attacked(set.withEpsilon((1 - share) * set.epsilon), &random)
      let margins = intervalMargins(around: center, set.withEpsilon(share * set.epsilon))
      return BatchLoss(value: marginCrossEntropy(margins), margins: margins.detached)
    case .mixedLosses(let alpha), .mixedMargins(let alpha), .mixedPowers(let alpha):
      let margins = alpha > 0 ? intervalMargins(around: images, set) : nil
      let there = alpha < 1 ? specification.margins(of: network(attacked(set, &random))) : nil
      return BatchLoss(value: mixed(margins, there, alpha), margins: margins?.detached)
    }
  }

  /// The loss of interval margins and of margins at attacked points, both [batch, classes − 1]; one
  /// of them is nil at the ends of α.
  private func mixed(_ bounds: Tensor?, _ there: Tensor?, _ alpha: Float) -> Tensor {
    guard let bounds else { return marginCrossEntropy(there!) }
    guard let there else { return marginCrossEntropy(bounds) }
    switch kind {
    case .mixedMargins: return marginCrossEntropy(bounds * alpha + there * (1 - alpha))
    case .mixedPowers:
      let means = geometricMeans(
        marginCrossEntropies(there), marginCrossEntropies(bounds), weight: alpha)
      return means.sum() * (1 / Float(means.count))
    default: return marginCrossEntropy(bounds) * alpha + marginCrossEntropy(there) * (1 - alpha)
    }
  }

  /// The loss of TRADES; gradients flow through clean outputs and attacked ones, but the attack
  /// moves away from fixed clean outputs.
  private func trades(
    _ network: Network, _ images: Tensor, _ labels: [Int], _ set: Perturbation, _ weight: Float,
    using random: inout RandomSource, clean: Tensor
  ) -> Tensor {
    let anchor = clean.detached
    let points = attack.points(
      of: network.detached, around: images, within: set, using: &random
    ) { divergence(of: $0, from: anchor) }
    return crossEntropy(clean, labels: labels)
      + divergence(of: network(points), from: clean) * weight
  }
}

extension Specification {
  /// Returns C·z for outputs [batch, classes]: [batch, S]. The same rows as for bounds, so that
  /// margins at points and bounds can be mixed.
  func margins(of outputs: Tensor) -> Tensor {
    concretized(rows, center: outputs, radius: .zeros(outputs.shape))
  }
}

/// Names and settings, as recipes write them.
extension AttackedObjective {
  /// The names of the kinds in recipes, in the order of ``Kind``.
  package static let names = ["pgd", "trades", "sabr", "mtl-ibp", "cc-ibp", "exp-ibp"]

  /// Creates an objective by its name in recipes; nil for any other name.
  ///
  /// - Parameters:
  ///   - weight: The weight of TRADES, which others do not have.
  ///   - alpha: The share of SABR, or α of the mixtures.
  package init?(name: String, weight: Float, alpha: Float, attack: TrainingAttack) {
    switch name {
    case "pgd": self.init(.adversarial, attack: attack)
    case "trades": self.init(.trades(weight: weight), attack: attack)
    case "sabr": self.init(.smallBox(share: alpha), attack: attack)
    case "mtl-ibp": self.init(.mixedLosses(alpha: alpha), attack: attack)
    case "cc-ibp": self.init(.mixedMargins(alpha: alpha), attack: attack)
    case "exp-ibp": self.init(.mixedPowers(alpha: alpha), attack: attack)
    default: return nil
    }
  }

  /// The name in recipes, one of ``names``.
  package var name: String {
    switch kind {
    case .adversarial: "pgd"
    case .trades: "trades"
    case .smallBox: "sabr"
    case .mixedLosses: "mtl-ibp"
    case .mixedMargins: "cc-ibp"
    case .mixedPowers: "exp-ibp"
    }
  }

  /// The setting that its kind has, by its name in recipes; nil for PGD.
  package var setting: (name: String, value: Float)? {
    switch kind {
    case .adversarial: nil
    case .trades(let weight): ("weight", weight)
    case .smallBox(let share): ("share", share)
    case .mixedLosses(let alpha), .mixedMargins(let alpha), .mixedPowers(let alpha):
      ("alpha", alpha)
    }
  }
}
