import ArgumentParser
import Crownwork

/// The options of an attack in `evaluate` and `attack`, each in place of what the model's own
/// recipe says.
///
/// Their values end up in an `Attack` by way of the recipe's section `evaluate.attack`. An option
/// that the chosen attack does not have, such as `--step` with `fgsm`, is refused.
struct AttackOptions: SettingOptions {
  /// `--attack`: the kind of attack, apgd, pgd, fgsm or multi-targeted. Naming one keeps the number
  /// of steps and restarts, and drops loss, step and decay of the model's own attack, which were
  /// meant for another one.
  @Option("evaluate.attack.name", standard: "the model's own") var attack: RecipeOverride?
  /// `--loss`: the function that the attack works on: the margin, which it makes small, or the
  /// cross-entropy, which it makes large.
  @Option("evaluate.attack.loss", standard: "the model's own") var loss: RecipeOverride?
  @OptionGroup var effort: AttackEffort
  /// `--step`: the length of a step as a fraction of ε, or "auto" for 2.5 divided by the number of
  /// steps.
  @Option("evaluate.attack.step") var step: RecipeOverride?
  /// `--seed`: the seed of the attack's random starts. It is no setting of a recipe, since training
  /// has a seed of another meaning. An example's result depends on the seed and its number in the
  /// range, not on the examples beside it.
  @Option(parsing: .unconditional, help: "Seed of the attack.") var seed: UInt64 = 0

  /// The section of a recipe that holds an attack's settings, as `--set` may name them.
  static let path = "evaluate.attack"

  /// Returns the attack to use.
  ///
  /// - Parameters:
  ///   - standard: The attack of the model's run, or the usual one of its data set.
  ///   - others: The settings that `--set` gives, of which those of an attack count. They come
  ///     last and so take precedence over the options of this group.
  /// - Throws: `RecipeError` for a value out of range and for a setting that the attack does not
  ///   have.
  func settings(_ standard: Attack, _ others: [RecipeOverride]) throws -> Attack {
    try standard.applying(given + effort.given + others.filter { $0.isOf([Self.path]) })
  }
}

/// The options that decide how much work an attack does. `sweep` has them too, without the others
/// of ``AttackOptions``.
struct AttackEffort: SettingOptions {
  /// `--steps`: the gradient steps from each start.
  @Option("evaluate.attack.steps", standard: "the model's own") var steps: RecipeOverride?
  /// `--restarts`: the number of starts; an example counts as broken if any of them succeeds.
  @Option("evaluate.attack.restarts", standard: "the model's own") var restarts: RecipeOverride?
}
