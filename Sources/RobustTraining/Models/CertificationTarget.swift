import Bounds
import Formats
import Tensors

/// What a network is to be certified against, and by which methods in order.
public struct CertificationTarget: Sendable, Equatable {
  public var perturbation: Perturbation
  public var methods: [BoundMethod]

  public init(perturbation: Perturbation, methods: [BoundMethod]) {
    self.perturbation = perturbation
    self.methods = methods
  }

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
