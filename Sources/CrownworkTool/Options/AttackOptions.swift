import ArgumentParser
import Crownwork

/// The attack's settings, in place of the model's own.
struct AttackOptions: ParsableArguments {
  @Option(
    help: """
      Attack: \(Attack.Name.allCases.map(\.rawValue).joined(separator: ", ")). Default: the \
      model's own.
      """, completion: .attacks)
  var attack: String?
  @Option(
    help: "Loss of the attack: margin or cross-entropy. Default: the model's own.",
    completion: .losses)
  var loss: String?
  @OptionGroup var effort: AttackEffort
  @Option(
    parsing: .unconditional, help: "Length of a step as a fraction of epsilon. Default: 2.5/steps.")
  var step: String?
  @Option(parsing: .unconditional, help: "Seed of the attack.") var seed: UInt64 = 0

  /// Throws ``RecipeError``.
  func settings(_ standard: Attack) throws -> Attack {
    try standard.applying(
      Overrides.make([
        ("evaluate.attack.name", attack, "--attack"), ("evaluate.attack.loss", loss, "--loss"),
        ("evaluate.attack.step", step, "--step"),
      ]) + effort.overrides)
  }
}

/// How hard an attack tries.
struct AttackEffort: ParsableArguments {
  @Option(parsing: .unconditional, help: "Steps of the attack. Default: the model's own.")
  var steps: String?
  @Option(parsing: .unconditional, help: "Random starts of the attack. Default: the model's own.")
  var restarts: String?

  var overrides: [RecipeOverride] {
    Overrides.make([
      ("evaluate.attack.steps", steps, "--steps"),
      ("evaluate.attack.restarts", restarts, "--restarts"),
    ])
  }
}
