import Verification

/// The attack of a recipe, read and written.
extension Attack {
  /// Settings that an attack of a name has, as recipes write them.
  fileprivate static func keys(of name: Name) -> [String] {
    switch name {
    case .apgd: ["loss", "steps", "restarts"]
    case .pgd: ["loss", "steps", "restarts", "step", "decay"]
    case .multiTargeted: ["steps", "restarts", "step", "decay"]
    case .fgsm: ["loss"]
    }
  }

  /// The attack with what a recipe's section `evaluate.attack` overrides in it.
  ///
  /// Throws ``RecipeError``.
  public func applying(_ overrides: [RecipeOverride]) throws -> Attack {
    var recipe = Recipe()
    recipe.evaluation.attack = self
    return try Recipe(yaml: recipe.yaml, file: "model", overrides: overrides).evaluation.attack
  }

  /// Every setting as "key: value".
  var settings: [String] {
    let step = relativeStep.map { "\($0)" } ?? "auto"
    let values = [
      "loss": loss.rawValue, "steps": "\(steps)", "restarts": "\(restarts)", "step": step,
      "decay": decay.setting,
    ]
    return ["name: \(name.rawValue)"] + Self.keys(of: name).map { "\($0): \(values[$0]!)" }
  }
}

extension StepDecay {
  fileprivate var setting: String {
    switch self {
    case .constant: "none"
    case .milestones(let parts, let factor):
      Recipe.mapping(["factor: \(factor)", "milestones: \(Recipe.list(parts))"])
    }
  }
}

extension Recipe {
  /// - Parameter standard: the attack whose steps and restarts count where none are given.
  static func attack(_ evaluate: RecipeFields, standard: Attack) throws -> Attack {
    let all = Attack.keys(of: .pgd)
    let fields = try evaluate.fields("attack", known: ["name"] + all)
    let name = try fields["name"]?.choice(Attack.Name.self) ?? .pgd
    func value(_ key: String) throws -> RecipeFields.Value? {
      // An attack given as an option keeps the effort of the file's and drops what was meant for
      // it.
      let isKept = ["steps", "restarts"].contains(key) && Attack.keys(of: name).contains(key)
      guard !fields.isOverridden("name") || fields.isOverridden(key) || isKept else { return nil }
      return fields[key]
    }
    for key in all where !Attack.keys(of: name).contains(key) {
      guard let value = try value(key) else { continue }
      throw value.fail("\(key) has no meaning for the attack \(name.rawValue)", "leave it out")
    }
    let steps = try value("steps")?.integer(1...100_000) ?? standard.steps
    let restarts = try value("restarts")?.integer(1...100_000) ?? standard.restarts
    let loss = try value("loss")?.choice(AttackLoss.self)
    let step = try value("step").flatMap { try relativeStep($0) }
    let decay = try value("decay") == nil ? .constant : stepDecay(fields)
    switch name {
    case .apgd: return .apgd(steps: steps, restarts: restarts, loss: loss ?? .margin)
    case .fgsm: return .fgsm(loss: loss ?? .crossEntropy)
    case .multiTargeted:
      return .multiTargeted(steps: steps, restarts: restarts, relativeStep: step, decay: decay)
    case .pgd:
      return .pgd(
        steps: steps, restarts: restarts, loss: loss ?? .margin, relativeStep: step, decay: decay)
    }
  }

  private static func relativeStep(_ value: RecipeFields.Value) throws -> Float? {
    if value.node.scalar?.string == "auto" { return nil }
    return try value.number("auto or above 0, a part of epsilon") { $0 > 0 }
  }

  private static func stepDecay(_ attack: RecipeFields) throws -> StepDecay {
    if attack["decay"]?.node.scalar?.string == "none" { return .constant }
    let fields = try attack.fields("decay", known: ["factor", "milestones"])
    let factor = try fields["factor"]?.number("above 0 and at most 1") { $0 > 0 && $0 <= 1 }
    let parts = try fields["milestones"]?.list().map {
      try $0.number("parts of the steps, above 0 and below 1") { $0 > 0 && $0 < 1 }
    }
    if parts?.isEmpty == true {
      throw fields["milestones"]!.expected("at least one part of the steps")
    }
    return .milestones(parts ?? [0.5, 0.75], factor: factor ?? 0.1)
  }
}
