import ArgumentParser
import Crownwork

/// The attack's settings, in place of the model's own.
struct AttackOptions: SettingOptions {
  @Option("evaluate.attack.name", standard: "the model's own") var attack: RecipeOverride?
  @Option("evaluate.attack.loss", standard: "the model's own") var loss: RecipeOverride?
  @OptionGroup var effort: AttackEffort
  @Option("evaluate.attack.step") var step: RecipeOverride?
  @Option(parsing: .unconditional, help: "Seed of the attack.") var seed: UInt64 = 0

  /// The section of the attack's settings.
  static let path = "evaluate.attack"

  /// - Throws: ``RecipeError``.
  func settings(_ standard: Attack, _ others: [RecipeOverride]) throws -> Attack {
    try standard.applying(given + effort.given + others)
  }
}

/// How hard an attack tries.
struct AttackEffort: SettingOptions {
  @Option("evaluate.attack.steps", standard: "the model's own") var steps: RecipeOverride?
  @Option("evaluate.attack.restarts", standard: "the model's own") var restarts: RecipeOverride?
}
