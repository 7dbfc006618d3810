import Datasets

/// How inputs with a wrong answer are looked for in perturbation sets: by gradient steps that make
/// a loss small, projected onto the set.
///
/// An attack is a value with the effort that it takes, made by one of
/// ``apgd(steps:restarts:loss:)``, ``pgd(steps:restarts:loss:relativeStep:decay:)``,
/// ``multiTargeted(steps:restarts:relativeStep:decay:)`` and ``fgsm(loss:)``.
/// ``Networks/Network/attack(_:within:with:seed:batchSize:keepingInputs:budget:observe:)`` runs it
/// on a data set, `findings(in:around:labels:within:seed:indices:)` on a batch. Its counterpart
/// is certification: the attacked error is at most the error under the worst perturbations, the
/// certified error at least.
///
/// What an attack breaks is certainly not robust; what it does not break may still not be. An
/// attacked error is only as good as its search, so it should be given with the attack's
/// ``description``.
public struct Attack: Sendable, Equatable {
  /// The kinds of attacks. Raw values are what recipes and options call them.
  package enum Name: String, Sendable, CaseIterable {
    /// APGD: descent with momentum and steps that adapt (Croce and Hein 2020; in ℓ1 2021), at first
    /// from the worst points by the gradients at the image, then from random ones.
    case apgd
    /// PGD: projected gradient descent from random starts (Madry et al. 2018).
    case pgd
    /// FGSM: one step of the full ε from the clean input (Goodfellow et al. 2015), steepest in the
    /// set's norm. For ℓ1 that is all of ε on the coordinates with the largest derivatives.
    case fgsm
    /// Projected gradient descent on z_y − z_t for each other class t in turn (Gowal et al. 2019):
    /// as many descents as there are other classes, for each start.
    case multiTargeted = "multi-targeted"
  }

  /// The kind of the attack.
  package let name: Name
  /// What its steps make small.
  package let loss: AttackLoss
  /// The number of gradient steps from each start; one for FGSM.
  package let steps: Int
  /// The number of starts; for multi-targeted attacks, of starts for each target. Examples that
  /// have fallen are not tried again.
  package let restarts: Int
  /// The length of the first step as a fraction of ε; nil for 2.5/steps, with which the steps can
  /// cross the set whatever their number is. APGD chooses its lengths itself.
  package let relativeStep: Float?
  /// How the length of steps shrinks while the attack runs.
  package let decay: StepDecay

  /// All attacks are made here: negative steps count as none, fewer than one start as one.
  private init(
    _ name: Name, _ loss: AttackLoss, _ steps: Int, _ restarts: Int, _ relativeStep: Float?,
    _ decay: StepDecay
  ) {
    (self.name, self.loss) = (name, loss)
    (self.steps, self.restarts) = (max(steps, 0), max(restarts, 1))
    (self.relativeStep, self.decay) = (relativeStep, decay)
  }

  /// The strongest attack for its number of gradients, with no lengths to choose.
  ///
  /// Negative steps count as none, fewer than one start as one.
  ///
  /// - Parameter restarts: Starts, of which the first is from the worst points by the gradients at
  ///   the image (in ℓ1 from random ones after these points were tried).
  public static func apgd(
    steps: Int = 100, restarts: Int = 5, loss: AttackLoss = .margin
  ) -> Attack { Attack(.apgd, loss, steps, restarts, nil, .constant) }

  /// Projected gradient descent from random points of the set.
  ///
  /// Negative steps count as none, fewer than one start as one.
  ///
  /// - Parameter relativeStep: The length of the first step as a fraction of ε; nil for 2.5/steps.
  public static func pgd(
    steps: Int = 200, restarts: Int = 10, loss: AttackLoss = .margin, relativeStep: Float? = nil,
    decay: StepDecay = .constant
  ) -> Attack { Attack(.pgd, loss, steps, restarts, relativeStep, decay) }

  /// Projected gradient descent towards each other class in turn, the classes with the largest
  /// logits first.
  ///
  /// It costs `(classes − 1) · steps · restarts` gradients for an example that stands. The loss is
  /// the margin to the class.
  public static func multiTargeted(
    steps: Int = 200, restarts: Int = 1, relativeStep: Float? = nil, decay: StepDecay = .constant
  ) -> Attack { Attack(.multiTargeted, .margin, steps, restarts, relativeStep, decay) }

  /// One step of the full ε from the clean input; a quick look, no measure of robustness.
  public static func fgsm(loss: AttackLoss = .crossEntropy) -> Attack {
    Attack(.fgsm, loss, 1, 1, 1, .constant)
  }

  /// The numbers of steps and of starts that an attack may be asked for.
  package static let effortLimits = 1...100_000

  /// Checks the numbers of the attack.
  ///
  /// - Throws: ``InvalidValue`` for steps or starts out of range, for a length that is not above 0
  ///   and for a decay that makes no sense.
  package func validate() throws(InvalidValue) {
    try InvalidValue.check("number of the attack's steps", steps, in: Self.effortLimits)
    try InvalidValue.check("number of the attack's starts", restarts, in: Self.effortLimits)
    if let relativeStep {
      try InvalidValue.check("length of the attack's steps", relativeStep, .positive)
    }
    try decay.validate()
  }

  /// Returns the length of a step (from 0) as a fraction of ε.
  func relativeLength(ofStep step: Int) -> Float {
    (relativeStep ?? 2.5 / Float(max(steps, 1))) * decay.factor(atStep: step, of: steps)
  }
}

extension Attack: CustomStringConvertible {
  /// The attack with its effort, such as "PGD 200 steps × 10 restarts"; the loss is named where it
  /// is not the usual one.
  public var description: String {
    let effort = "\(steps) steps × \(restarts) restarts"
    switch name {
    case .apgd, .pgd:
      return "\(shortName) " + (loss == .margin ? effort : "on \(loss.rawValue) \(effort)")
    case .multiTargeted: return "multi-targeted PGD \(effort)"
    case .fgsm: return loss == .crossEntropy ? "FGSM" : "FGSM on \(loss.rawValue)"
    }
  }

  /// The kind alone, such as "PGD".
  package var shortName: String {
    switch name {
    case .apgd: "APGD"
    case .pgd: "PGD"
    case .multiTargeted: "multi-targeted PGD"
    case .fgsm: "FGSM"
    }
  }
}
