import Datasets
import Verification

extension CertificationTarget {
  /// The target used where neither a model nor its user names one: ε as in ``Recipe/init(for:)``.
  public init(for dataset: DatasetName) {
    self = Recipe(for: dataset).target
  }

  /// The target with what a recipe's sections `perturbation` and `evaluate` override in it.
  ///
  /// Throws ``RecipeError``.
  public func applying(_ overrides: [RecipeOverride]) throws -> CertificationTarget {
    var recipe = Recipe()
    recipe.perturbation = perturbation
    recipe.trainEpsilon = perturbation.epsilon
    recipe.evaluation.methods = methods
    return try Recipe(yaml: recipe.yaml, file: "model", overrides: overrides).target
  }
}
