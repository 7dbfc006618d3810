import Bounds
import Datasets
import Verification

/// The settings of how the trained network is judged.
///
/// `crownwork evaluate`, `certify` and `attack` take them too, for networks that were trained
/// anywhere.
extension Setting {
  /// The rows of the section `evaluate`, with the attack's name in front of what belongs to the
  /// attack.
  static let evaluation: [Setting] = [
    Setting(
      "evaluate.methods", .methods, \.methods, option: "by",
      standard: "ibp, crown-ibp; crown too for the objectives crown and convex-polytope",
      "Methods in order, each with its own settings if it has any, such as "
        + "`crown(slope: zero)` or `alpha-crown(iterations: 50)`."),
    Setting(
      "evaluate.slope", .choice, \.slope, option: "slope", standard: "the objective's",
      "Lower line of unstable ReLUs, of methods that name none."),
    Setting(
      "evaluate.attack.name", .choice, \.attack.name, option: "attack",
      // The effort, steps and restarts, stays when another attack is chosen; what was meant for the
      // old attack alone does not.
      displaces: { _, _ in
        [
          "evaluate.attack.loss", "evaluate.attack.step", "evaluate.attack.decay",
          "evaluate.attack.decay.factor", "evaluate.attack.decay.milestones",
        ]
      }, "Attack."),
    Setting(
      "evaluate.attack.loss", .choice, \.attack.loss, option: "loss",
      of: .attacks(.apgd, .pgd, .fgsm), standard: "margin; fgsm cross-entropy",
      "What the attack makes small."),
    Setting(
      "evaluate.attack.steps", .integer(Attack.effortLimits), \.attack.steps, option: "steps",
      of: .attacks(.apgd, .pgd, .multiTargeted), "Steps of the attack."),
    Setting(
      "evaluate.attack.restarts", .integer(Attack.effortLimits), \.attack.restarts,
      option: "restarts", of: .attacks(.apgd, .pgd, .multiTargeted), standard: "1; digits 5",
      "Random starts of the attack."),
    Setting(
      "evaluate.attack.step", SettingKind.number(.positive).or("auto"), \.attack.step,
      option: "step", of: .attacks(.pgd, .multiTargeted), standard: "auto, 2.5/steps",
      "Length of a step as a fraction of epsilon."),
    Setting(
      "evaluate.attack.decay", .section(or: "none"), \.attack.hasNoDecay,
      of: .attacks(.pgd, .multiTargeted), standard: "none", "How the step shrinks."),
    Setting(
      "evaluate.attack.decay.factor", .number(.shrinking), \.attack.factor,
      of: .attacks(.pgd, .multiTargeted), standard: "0.1", "What the step is multiplied by."),
    Setting(
      "evaluate.attack.decay.milestones",
      SettingKind.number(.inside).list(
        "parts of the steps, each a number \(NumberLimits.inside.words)"), \.attack.milestones,
      of: .attacks(.pgd, .multiTargeted), standard: "[0.5, 0.75]",
      "Parts of the steps after which the step shrinks."),
    Setting(
      "evaluate.examples", SettingKind.integer(1...Int(Int32.max)).or("all"), \.examples,
      option: "examples", "The first so many test examples."),
  ]
}

/// The attack of a recipe as it is written.
struct AttackDraft: Sendable {
  /// The name of the attack.
  var name: Attack.Name?
  /// The loss that the attack follows.
  var loss: AttackLoss?
  /// The effort of the attack: its steps from each start, and its starts.
  var steps, restarts: Int?
  /// The length of the first step as a fraction of ε, or the word `auto` for 2.5 over the number of
  /// steps.
  var step: Float??
  /// Whether the word `none` stands in place of the decay's settings; false for a mapping.
  var hasNoDecay: Bool?
  /// The factor that the step is multiplied by at each milestone.
  var factor: Float?
  /// The milestones, as fractions of the number of steps.
  var milestones: [Float]?

  /// Creates a draft that says nothing.
  init() {}

  /// Creates a draft that says everything about an attack that it has a choice in: FGSM has no
  /// steps, and the multi-targeted attack no loss.
  init(_ attack: Attack) {
    name = attack.name
    if attack.name != .multiTargeted { loss = attack.loss }
    guard attack.name != .fgsm else { return }
    (steps, restarts) = (attack.steps, attack.restarts)
    guard attack.name != .apgd else { return }
    step = .some(attack.relativeStep)
    switch attack.decay {
    case .constant: hasNoDecay = true
    case .milestones(let parts, let factor): (milestones, self.factor) = (parts, factor)
    }
  }

  /// Returns the attack; one without a name is PGD.
  ///
  /// - Parameter standard: The attack whose steps and restarts count where none are given.
  func value(or standard: Attack) -> Attack {
    let (steps, restarts) = (steps ?? standard.steps, restarts ?? standard.restarts)
    switch name ?? .pgd {
    case .apgd: return .apgd(steps: steps, restarts: restarts, loss: loss ?? .margin)
    case .fgsm: return .fgsm(loss: loss ?? .crossEntropy)
    case .multiTargeted:
      return .multiTargeted(
        steps: steps, restarts: restarts, relativeStep: step ?? nil, decay: decay)
    case .pgd:
      return .pgd(
        steps: steps, restarts: restarts, loss: loss ?? .margin, relativeStep: step ?? nil,
        decay: decay)
    }
  }

  /// How the step shrinks. As with the learning rate, a mapping, even an empty one, stands for the
  /// usual decay.
  private var decay: StepDecay {
    guard factor != nil || milestones != nil || hasNoDecay == false else { return .constant }
    return .milestones(milestones ?? [0.5, 0.75], factor: factor ?? 0.1)
  }
}

extension SettingKind where Value == [String] {
  /// Methods as texts, each with its own settings if it has any, into which a slope may still be
  /// put.
  ///
  /// A text with a colon is written in quotes, since YAML would read a mapping otherwise.
  static var methods: Self {
    let words = "one or more of \(BoundMethod.names.joined(separator: ", "))"
    return SettingKind(words: words, choices: BoundMethod.names) { given in
      guard let items = given.items, !items.isEmpty else { return nil }
      let texts = items.compactMap { item -> String? in
        guard case .text(let text) = item, BoundMethod(text: text) != nil else { return nil }
        return text
      }
      return texts.count == items.count ? texts : nil
    } write: { texts in
      "[\(texts.map { $0.contains(":") ? "\"\($0)\"" : $0 }.joined(separator: ", "))]"
    }
  }
}
