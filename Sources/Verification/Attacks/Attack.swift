import Datasets

/// How inputs with a wrong answer are looked for in perturbation sets: gradient steps on a loss,
/// projected onto the set.
///
/// What an attack breaks is certainly not robust; what it does not break may still not be.
public struct Attack: Sendable, Equatable {
  package enum Name: String, Sendable, CaseIterable {
    /// Descent with momentum and steps that adapt (Croce and Hein 2020; in ℓ1 2021), at first from
    /// the worst points by the gradients at the image, then from random ones.
    case apgd
    /// Projected gradient descent from random starts (Madry et al. 2018).
    case pgd
    /// One step of the full ε from the clean input (Goodfellow et al. 2015), steepest in the set's
    /// norm: in ℓ1 all of ε on the coordinates with the largest derivatives.
    case fgsm
    /// Projected gradient descent on z_y − z_t for each other class t in turn (Gowal et al. 2019).
    case multiTargeted = "multi-targeted"
  }

  package let name: Name
  package let loss: AttackLoss
  package let steps: Int
  /// Starts; for each target, where there are targets.
  package let restarts: Int
  /// Length of the first step as a fraction of ε; nil for 2.5/steps.
  package let relativeStep: Float?
  package let decay: StepDecay

  private init(
    _ name: Name, _ loss: AttackLoss, _ steps: Int, _ restarts: Int, _ relativeStep: Float?,
    _ decay: StepDecay
  ) {
    (self.name, self.loss) = (name, loss)
    (self.steps, self.restarts) = (max(steps, 0), max(restarts, 1))
    (self.relativeStep, self.decay) = (relativeStep, decay)
  }

  /// Negative steps count as none, fewer than one start as one.
  public static func apgd(
    steps: Int = 100, restarts: Int = 5, loss: AttackLoss = .margin
  ) -> Attack { Attack(.apgd, loss, steps, restarts, nil, .constant) }

  /// Negative steps count as none, fewer than one start as one.
  public static func pgd(
    steps: Int = 200, restarts: Int = 10, loss: AttackLoss = .margin, relativeStep: Float? = nil,
    decay: StepDecay = .constant
  ) -> Attack { Attack(.pgd, loss, steps, restarts, relativeStep, decay) }

  public static func multiTargeted(
    steps: Int = 200, restarts: Int = 1, relativeStep: Float? = nil, decay: StepDecay = .constant
  ) -> Attack { Attack(.multiTargeted, .margin, steps, restarts, relativeStep, decay) }

  public static func fgsm(loss: AttackLoss = .crossEntropy) -> Attack {
    Attack(.fgsm, loss, 1, 1, 1, .constant)
  }

  /// Steps and starts that an attack may be asked for.
  package static let effortLimits = 1...100_000

  /// - Throws: ``InvalidValue`` for a number out of range.
  package func validate() throws(InvalidValue) {
    try InvalidValue.check("number of the attack's steps", steps, in: Self.effortLimits)
    try InvalidValue.check("number of the attack's starts", restarts, in: Self.effortLimits)
    if let relativeStep {
      try InvalidValue.check("length of the attack's steps", relativeStep, .positive)
    }
    try decay.validate()
  }

  /// Length of a step (from 0) as a fraction of ε.
  func relativeLength(ofStep step: Int) -> Float {
    (relativeStep ?? 2.5 / Float(max(steps, 1))) * decay.factor(atStep: step, of: steps)
  }
}

extension Attack: CustomStringConvertible {
  /// Such as "PGD 200 steps × 10 restarts".
  public var description: String {
    let effort = "\(steps) steps × \(restarts) restarts"
    switch name {
    case .apgd, .pgd:
      return "\(shortName) " + (loss == .margin ? effort : "on \(loss.rawValue) \(effort)")
    case .multiTargeted: return "multi-targeted PGD \(effort)"
    case .fgsm: return loss == .crossEntropy ? "FGSM" : "FGSM on \(loss.rawValue)"
    }
  }

  /// Such as "PGD".
  package var shortName: String {
    switch name {
    case .apgd: "APGD"
    case .pgd: "PGD"
    case .multiTargeted: "multi-targeted PGD"
    case .fgsm: "FGSM"
    }
  }
}
