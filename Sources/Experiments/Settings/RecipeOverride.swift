/// A setting given outside the recipe's file, by its path in it, such as "perturbation.epsilon".
public struct RecipeOverride: Sendable, Equatable {
  package let path: String
  package let value: String
  /// What errors call the place where it is given, such as "--epsilon".
  package let option: String

  public init(_ path: String, _ value: String, option: String) {
    self.path = path
    self.value = value
    self.option = option
  }
}
