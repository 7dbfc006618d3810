/// A setting that is given outside the recipe's file, such as by an option of a command.
///
/// Overrides go before the file, and errors about them name the option instead of a line.
public struct RecipeOverride: Sendable, Equatable {
  /// The setting's path in the recipe, such as `perturbation.epsilon`. A path that no setting has
  /// is refused when the override is applied.
  package let path: String
  /// The value as text, in the form that the file would have it, or a list without brackets.
  package let value: String
  /// What errors call the place where it is given, such as `--epsilon`.
  package let option: String

  /// Creates an override.
  ///
  /// - Parameters:
  ///   - path: The setting's path in the recipe.
  ///   - value: The value as text.
  ///   - option: What errors call the place where it is given.
  public init(_ path: String, _ value: String, option: String) {
    self.path = path
    self.value = value
    self.option = option
  }
}
