import Bounds
import Networks
import Tensors
import Verification

/// Objectives that learn from attacked points, alone or beside bounds.
public struct AttackedObjective: Sendable, Equatable {
  /// What is made of the points.
  public enum Kind: Sendable, Equatable {
    /// Cross-entropy there (Madry et al. 2018).
    case adversarial
    /// CE(z, y) + weight · KL(softmax z ‖ softmax z') (Zhang et al. 2019), z' the outputs there,
    /// which the attack moves away from z.
    case trades(weight: Float)
    /// Interval bounds of a box of radius share · ε around a point within (1 − share) · ε (SABR,
    /// Müller et al. 2023); at share 1 IBP.
    case smallBox(share: Float)
    /// α · IBP loss + (1 − α) · loss there (MTL-IBP, De Palma et al. 2024).
    case mixedLosses(alpha: Float)
    /// The loss of α · IBP margins + (1 − α) · margins there (CC-IBP).
    case mixedMargins(alpha: Float)
    /// IBP loss to the power α times loss there to the power 1 − α, example by example (EXP-IBP).
    case mixedPowers(alpha: Float)
  }

  public var kind: Kind
  public var attack: TrainingAttack

  public init(_ kind: Kind, attack: TrainingAttack = TrainingAttack()) {
    self.kind = kind
    self.attack = attack
  }

  /// Whether it bounds anything, so that its networks may be certified.
  var isBounding: Bool {
    switch kind {
    case .adversarial, .trades: false
    case .smallBox, .mixedLosses, .mixedMargins, .mixedPowers: true
    }
  }

  /// The weight of the attacked points: without any, no attack is made.
  private var usesAttack: Bool {
    switch kind {
    case .adversarial, .trades: true
    case .smallBox(let alpha), .mixedLosses(let alpha), .mixedMargins(let alpha),
      .mixedPowers(let alpha):
      alpha < 1
    }
  }

  /// Quantities carried forwards and backwards in a step (``StepCost``): one for what is learnt at
  /// attacked or clean points, two for intervals.
  var carried: Int {
    switch kind {
    case .adversarial: 1
    case .trades, .smallBox: 2
    case .mixedLosses, .mixedMargins, .mixedPowers: 3
    }
  }

  /// Passes of the attack, one forwards and one backwards for each step; they keep nothing.
  var attackPasses: Int { usesAttack ? 2 * attack.steps : 0 }

  /// The loss of a network on a batch.
  ///
  /// - Parameters:
  ///   - set: At the current ε.
  ///   - outputs: The clean outputs, computed where they are needed.
  func loss(
    of network: BoundedNetwork, on images: Tensor, _ labels: [Int], within set: Perturbation,
    using random: inout RandomSource, outputs: () -> Tensor
  ) -> BatchLoss {
    let (bounded, network) = (network, network.network)
    let specification = Specification.margins(of: labels, classes: network.classes)
    func intervalMargins(around center: Tensor, _ set: Perturbation) -> Tensor {
      bounded.bounding(over: set.region(around: center)).intervalBounds(of: specification)
    }
    func attacked(_ set: Perturbation, _ random: inout RandomSource) -> Tensor {
      guard usesAttack else { return images }
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

  /// Of bounds and of attacked margins; one is nil at the ends of α.
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
  /// C·z for outputs [batch, classes]: [batch, S].
  func margins(of outputs: Tensor) -> Tensor {
    concretized(rows, center: outputs, radius: .zeros(outputs.shape))
  }
}

/// Names and settings, as recipes write them.
extension AttackedObjective {
  package static let names = ["pgd", "trades", "sabr", "mtl-ibp", "cc-ibp", "exp-ibp"]

  /// An objective by name; `weight` is that of TRADES, `alpha` the share or α of the others.
  ///
  /// nil for any other name.
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

  /// The setting that its kind has, by name; nil for PGD.
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
