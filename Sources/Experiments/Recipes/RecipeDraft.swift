import Bounds
import Datasets
import Relaxations
import RobustTraining

/// A recipe as it is written: each setting by itself, nil where it is left out.
///
/// A ``Recipe`` groups what belongs together in one type, such as an objective with its own
/// settings, and cannot express a β without a CROWN-IBP objective. The table of settings
/// (``SettingTable``) needs the opposite, a place for each setting that may be filled in any order.
/// The draft is that form; both directions are here, and the defaults are in the direction to the
/// recipe alone.
///
/// For a recipe that was read from text, the draft of the recipe gives a recipe that does the same.
/// Optional optionals (`Int??`) are settings that have a word such as `all` or `none` for no value:
/// the outer nil is a setting that is left out, the inner one that word.
struct RecipeDraft: Sendable {
  /// The setting `dataset`; its value decides the defaults of many others.
  var dataset: DatasetName?
  /// The setting `data`, an absolute path where it was read from a file or an option.
  var data: String?
  /// The section `images`, whose settings are optional in a recipe too.
  var images = ImageSettings()
  /// The section `augment`.
  var augmentation = AugmentationDraft()
  /// The section `model`.
  var model = ModelDraft()
  /// The section `perturbation`.
  var perturbation = PerturbationDraft()
  /// The section `objective`.
  var objective = ObjectiveDraft()
  /// The section `schedule`.
  var schedule = ScheduleDraft()
  /// The section `optimizer`.
  var optimizer = OptimizerDraft()
  /// The methods as texts, into which ``slope`` is put only at the end, since it may come behind
  /// them.
  var methods: [String]?
  /// The slope of methods that name none.
  var slope: ReLUSlope?
  /// The section `evaluate.attack`.
  var attack = AttackDraft()
  /// The number of test examples, or the word `all`.
  var examples: Int??
  /// The setting `seed`.
  var seed: UInt64?
  /// The number of held-out examples; left out until the data decide it.
  var holdout: Int?
  /// The number of examples to train on, or the word `all`.
  var trainExamples: Int??

  /// Creates the draft of a recipe that says nothing.
  init() {}

  /// Creates a draft that says everything that a recipe has.
  ///
  /// The slope that the methods share is written once; each method's text names it only where it
  /// has another one.
  init(_ recipe: Recipe) {
    dataset = recipe.dataset
    data = recipe.data
    images = recipe.images
    augmentation = AugmentationDraft(recipe.augmentation, on: recipe.dataset)
    model = ModelDraft(recipe.model, on: recipe.dataset)
    perturbation = PerturbationDraft(recipe.perturbation, recipe.trainEpsilon)
    objective = ObjectiveDraft(recipe.objective)
    schedule = ScheduleDraft(recipe.schedule)
    optimizer = OptimizerDraft(recipe.optimizer)
    let methods = recipe.evaluation.methods
    let slope = methods.lazy.compactMap(\.slope).first ?? recipe.objective.slope
    self.slope = slope
    self.methods = methods.map { $0.text(slope: slope) }
    attack = AttackDraft(recipe.evaluation.attack)
    examples = .some(recipe.evaluation.examples)
    seed = recipe.seed
    holdout = recipe.holdout
    trainExamples = recipe.trainExamples.map { .some($0) }
  }

  /// Returns the recipe. What the draft leaves out follows from what it says, beginning with the
  /// data set.
  ///
  /// - Throws: ``SettingConflict`` for settings that do not fit each other.
  func recipe() throws -> Recipe {
    var recipe = Recipe(for: dataset ?? Recipe().dataset)
    recipe.data = data
    recipe.images = images
    recipe.augmentation = augmentation.value(or: recipe.augmentation)
    recipe.model = try model.value(or: recipe.model)
    (recipe.perturbation, recipe.trainEpsilon) = try perturbation.values(or: recipe.perturbation)
    recipe.objective = objective.value(or: recipe.objective.name)
    recipe.schedule = try schedule.value(or: recipe.schedule)
    recipe.optimizer = try optimizer.value(
      or: recipe.optimizer, epochs: recipe.schedule.epochs)
    let slope = slope ?? recipe.objective.slope
    recipe.evaluation.methods = (methods ?? recipe.objective.certifiers).compactMap {
      BoundMethod(text: $0, slope: slope)
    }
    recipe.evaluation.attack = attack.value(or: recipe.evaluation.attack)
    recipe.evaluation.examples = examples ?? nil
    recipe.seed = seed ?? recipe.seed
    recipe.holdout = holdout
    recipe.trainExamples = trainExamples ?? nil
    return recipe
  }
}

/// Settings that do not fit each other, while each is right by itself.
///
/// A draft does not know where its values come from; ``RecipeReader`` does, and turns the conflict
/// into a ``RecipeError`` with the place of one of them.
struct SettingConflict: Error {
  /// The paths of the settings, the one that is most likely wrong first.
  let paths: [String]
  /// What is wrong, a phrase.
  let problem: String
  /// What to do about it, where more can be said.
  let remedy: String?

  /// Creates a conflict between the settings at some paths.
  init(_ paths: [String], _ problem: String, remedy: String? = nil) {
    self.paths = paths
    self.problem = problem
    self.remedy = remedy
  }
}

extension Objective {
  /// The names of the methods that certify what the objective trains, from fast to tight. Full
  /// CROWN takes part only where training used it, since it is slow.
  fileprivate var certifiers: [String] {
    if case .crown = self { ["ibp", "crown-ibp", "crown"] } else { ["ibp", "crown-ibp"] }
  }
}
