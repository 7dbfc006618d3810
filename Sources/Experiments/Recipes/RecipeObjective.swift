import Relaxations
import RobustTraining
import Tensors
import Verification

extension Recipe {
  mutating func readObjective(_ top: RecipeFields) throws {
    objective = try ObjectiveFields(top, default: objective.name).objective()
  }
}

/// What a recipe minimises: a name and those settings that it has a meaning for.
private struct ObjectiveFields {
  private static let keys = [
    "beta", "kappa", "margins", "slope", "alpha", "share", "weight", "tolerance", "attack",
    "projections",
  ]
  private let fields: RecipeFields
  private let name: String

  /// Throws ``RecipeError`` for an unknown name and for a setting that the objective does not have.
  init(_ top: RecipeFields, default name: String) throws {
    fields = try top.fields("objective", known: ["name"] + Self.keys)
    self.name = try fields["name"]?.choice(Objective.names.map { ($0, $0) }) ?? name
    for key in Self.keys where !Objective.settings(of: self.name).contains(key) {
      // What the file says was for the objective that an option replaces.
      if fields.isOverridden("name"), !fields.isOverridden(key) { continue }
      guard let value = fields[key] else { continue }
      throw value.fail("\(key) has no meaning for the objective \(self.name)", "leave it out")
    }
  }

  /// A setting of this objective.
  private subscript(key: String) -> RecipeFields.Value? {
    Objective.settings(of: name).contains(key) ? fields[key] : nil
  }

  func objective() throws -> Objective {
    let kappa = try mix("kappa") ?? .constant(0)
    let slope = try self["slope"]?.choice(ReLUSlope.self) ?? .adaptive
    switch name {
    case "natural": return .natural
    case "ibp": return .interval(kappa: kappa)
    case "crown": return .crown(kappa: kappa, slope: slope)
    case "convex-polytope":
      return .crown(kappa: kappa, slope: .same, projections: try projections())
    case "short-warmup":
      return .shortWarmup(
        kappa: kappa, weight: try weight() ?? 0.5,
        tolerance: try self["tolerance"]?.number("above 0") { $0 > 0 } ?? 0.5)
    case "crown-ibp":
      return .crownIBP(
        beta: try mix("beta") ?? Objective.Mix(from: 1, to: 0), kappa: kappa,
        margins: try self["margins"]?.choice(Objective.MarginForm.self) ?? .all, slope: slope)
    default:
      let alpha = try (self["alpha"] ?? self["share"])?.number("from 0 to 1") { 0...1 ~= $0 }
      return .attacked(
        AttackedObjective(
          name: name, weight: try weight() ?? 6, alpha: alpha ?? 0.5, attack: try attack())!)
    }
  }

  private func weight() throws -> Float? {
    // It is of another kind in each objective that has one.
    if fields.isReplaced("name"), !fields.isOverridden("weight") { return nil }
    return try self["weight"]?.number("zero or more") { $0 >= 0 }
  }

  private func projections() throws -> Int? {
    guard let value = self["projections"], value.node.scalar?.string != "none" else { return nil }
    return try value.integer(1...10_000)
  }

  private func attack() throws -> TrainingAttack {
    let fields = try fields.fields("attack", known: ["steps", "step"])
    var attack = TrainingAttack()
    if let value = fields["steps"] { attack.steps = try value.integer(1...1000) }
    if let value = fields["step"] { attack.relativeStep = try value.number("above 0") { $0 > 0 } }
    return attack
  }

  /// One number, or those at ε = 0 and at the largest ε.
  private func mix(_ key: String) throws -> Objective.Mix? {
    guard let value = self[key] else { return nil }
    let items = try value.list()
    guard (1...2).contains(items.count) else {
      throw value.expected("a number or [start, end]")
    }
    let numbers = try items.map { try $0.number("from 0 to 1") { (0...1).contains($0) } }
    return Objective.Mix(from: numbers[0], to: numbers[numbers.count - 1])
  }
}
