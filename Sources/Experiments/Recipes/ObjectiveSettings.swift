import Datasets
import Relaxations
import RobustTraining

/// The settings of what training minimises; each says which objectives have it.
extension Setting {
  /// The rows of the section `objective`, with the name first.
  static let objective: [Setting] = [
    Setting(
      "objective.name", .choice(Objective.names), \.objective.name, option: "objective",
      // The weight means another thing in each objective that has one: that of a regulariser in
      // short warm-up, that of a divergence in TRADES. A number meant for one must not be taken for
      // the other.
      displaces: { value, file in file == nil || file == value ? [] : ["objective.weight"] },
      "What training minimises."),
    Setting(
      "objective.beta", .mix, \.objective.beta, of: .objectives("crown-ibp"),
      "Weight of the CROWN-IBP bounds against those of IBP: one number, or from ε = 0 to the end."),
    Setting(
      "objective.kappa", .mix, \.objective.kappa,
      of: .objectives("ibp", "short-warmup", "crown-ibp", "crown", "convex-polytope"),
      "Weight of the clean loss against the bounds' loss: one number, or from ε = 0 to the end."),
    Setting(
      "objective.margins", .choice, \.objective.margins, option: "margins",
      of: .objectives("crown-ibp"),
      "Margins in the backward pass: all of them, or fused into one row."),
    Setting(
      "objective.slope", .choice, \.objective.slope, option: "slope",
      of: .objectives("crown-ibp", "crown"), "Lower line of unstable ReLUs."),
    Setting(
      "objective.projections",
      SettingKind.integer(Objective.projectionLimits).or("none"), \.objective.projections,
      option: "projections", of: .objectives("convex-polytope"), standard: "none",
      "Random projections to estimate the bounds by."),
    Setting(
      "objective.weight", .number(.notNegative), \.objective.weight,
      of: .objectives("short-warmup", "trades"), standard: "0.5; trades 6",
      "Weight of the regularizer, or of the divergence."),
    Setting(
      "objective.tolerance", .number(.positive), \.objective.tolerance,
      of: .objectives("short-warmup"), standard: "0.5",
      "How far the regularizer lets the bounds grow from layer to layer."),
    Setting(
      "objective.alpha", .number(.unit), \.objective.alpha, option: "alpha",
      of: .objectives("mtl-ibp", "cc-ibp", "exp-ibp"), standard: "0.5",
      "Weight of the bounds: 1 is IBP, 0 attacked points alone."),
    Setting(
      "objective.share", .number(.unit), \.objective.share, option: "share",
      of: .objectives("sabr"), standard: "0.5",
      "Radius of the small box, as a fraction of epsilon; 1 is IBP."),
    Setting(
      "objective.attack.steps", .integer(TrainingAttack.stepLimits), \.objective.attackSteps,
      of: attacking, standard: "8", "Steps of the attack in training."),
    Setting(
      "objective.attack.step", .number(.positive), \.objective.attackStep, of: attacking,
      standard: "0.25", "Length of a step as a fraction of epsilon."),
  ]

  /// The objectives that look for attacked points in each step.
  private static let attacking = SettingOwner.objectives(
    "pgd", "trades", "sabr", "mtl-ibp", "cc-ibp", "exp-ibp")
}

/// The objective of a recipe as it is written.
///
/// Settings of all objectives stand side by side here; the owners in the table guarantee that only
/// those of the named objective are filled when a recipe is read.
struct ObjectiveDraft: Sendable {
  /// The name of the objective, one of ``RobustTraining/Objective``'s.
  var name: String?
  /// The weight β of the CROWN-IBP bounds against those of IBP, and the weight κ of the clean loss,
  /// both linear in ε.
  var beta, kappa: Objective.Mix?
  /// The rows of the backward pass of CROWN-IBP: one for each other class, or one in all.
  var margins: Objective.MarginForm?
  /// The lower line of unstable ReLUs in training.
  var slope: ReLUSlope?
  /// The number of random projections that estimate bounds, or the word `none` to compute them.
  var projections: Int??
  /// The weight of a regulariser or a divergence; the tolerance of the regulariser; the weight of
  /// the bounds in mixed losses; the radius of SABR's small box as a fraction of ε.
  var weight, tolerance, alpha, share: Float?
  /// The number of steps of the attack in training.
  var attackSteps: Int?
  /// The length of such a step as a fraction of ε.
  var attackStep: Float?

  /// Creates a draft that says nothing.
  init() {}

  /// Creates a draft that says everything about an objective.
  ///
  /// CROWN with ``Relaxations/ReLUSlope/same`` is written as `convex-polytope`, which has no slope
  /// to choose.
  init(_ objective: Objective) {
    name = objective.name
    switch objective {
    case .natural: break
    case .interval(let kappa): self.kappa = kappa
    case .crown(let kappa, .same, let projections):
      (self.kappa, self.projections) = (kappa, .some(projections))
    case .crown(let kappa, let slope, _): (self.kappa, self.slope) = (kappa, slope)
    case .shortWarmup(let kappa, let weight, let tolerance):
      (self.kappa, self.weight, self.tolerance) = (kappa, weight, tolerance)
    case .crownIBP(let beta, let kappa, let margins, let slope):
      (self.beta, self.kappa, self.margins, self.slope) = (beta, kappa, margins, slope)
    case .attacked(let objective):
      (attackSteps, attackStep) = (objective.attack.steps, objective.attack.relativeStep)
      switch objective.kind {
      case .adversarial: break
      case .trades(let weight): self.weight = weight
      case .smallBox(let share): self.share = share
      case .mixedLosses(let alpha), .mixedMargins(let alpha), .mixedPowers(let alpha):
        self.alpha = alpha
      }
    }
  }

  /// Returns the objective, with the usual values for what is left out: κ = 0, β from 1 to 0, all
  /// margins, the adaptive slope.
  ///
  /// - Parameter standard: The name that counts where none is given.
  func value(or standard: String) -> Objective {
    let kappa = kappa ?? .constant(0)
    let slope = slope ?? .adaptive
    switch name ?? standard {
    case "natural": return .natural
    case "ibp": return .interval(kappa: kappa)
    case "crown": return .crown(kappa: kappa, slope: slope)
    case "convex-polytope":
      return .crown(kappa: kappa, slope: .same, projections: projections ?? nil)
    case "short-warmup":
      return .shortWarmup(kappa: kappa, weight: weight ?? 0.5, tolerance: tolerance ?? 0.5)
    case "crown-ibp":
      return .crownIBP(
        beta: beta ?? Objective.Mix(from: 1, to: 0), kappa: kappa, margins: margins ?? .all,
        slope: slope)
    case let name: return .attacked(attacked(name))
    }
  }

  /// Returns an objective that learns from attacked points. α and share are one number inside it,
  /// since no objective has both.
  private func attacked(_ name: String) -> AttackedObjective {
    let usual = TrainingAttack()
    let attack = TrainingAttack(
      steps: attackSteps ?? usual.steps, relativeStep: attackStep ?? usual.relativeStep)
    // The table knows no other names.
    return AttackedObjective(
      name: name, weight: weight ?? 6, alpha: alpha ?? share ?? 0.5, attack: attack)
      ?? AttackedObjective(.adversarial, attack: attack)
  }
}

extension SettingKind where Value == Objective.Mix {
  /// A factor that goes linearly in ε from its value at ε = 0 to that at the largest ε: one number
  /// for both, or a list of two. It is written as two.
  static var mix: Self {
    let numbers = SettingKind<Float>.number(.unit).list(
      "a number from 0 to 1, or [start, end] of such", counts: 1...2)
    return SettingKind(words: numbers.words, isNumber: true) { given in
      numbers.read(given).map { Objective.Mix(from: $0[0], to: $0[$0.count - 1]) }
    } write: {
      numbers.write([$0.start, $0.end])
    }
  }
}
