import Bounds
import Datasets
import Relaxations
import RobustTraining

/// A recipe as it is written: each setting by itself, nil where it is left out.
///
/// A ``Recipe`` has values that belong together in one type, such as an objective with its own
/// settings; the table of settings reads and writes a draft.
struct RecipeDraft: Sendable {
  var dataset: DatasetName?
  var data: String?
  var images = ImageSettings()
  var augmentation = AugmentationDraft()
  var model = ModelDraft()
  var perturbation = PerturbationDraft()
  var objective = ObjectiveDraft()
  var schedule = ScheduleDraft()
  var optimizer = OptimizerDraft()
  var methods: [String]?
  var slope: ReLUSlope?
  var attack = AttackDraft()
  var examples: Int??
  var seed: UInt64?
  var holdout: Int?
  var trainExamples: Int??

  /// A recipe that says nothing.
  init() {}

  /// Everything that a recipe says.
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

  /// The recipe; what the draft leaves out follows from what it says.
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

/// Settings that do not fit each other; the first one that was given is to blame.
struct SettingConflict: Error {
  let paths: [String]
  let problem: String
  let remedy: String?

  init(_ paths: [String], _ problem: String, remedy: String? = nil) {
    self.paths = paths
    self.problem = problem
    self.remedy = remedy
  }
}

extension Objective {
  /// Names of the methods that certify what it trains, from fast to tight.
  fileprivate var certifiers: [String] {
    if case .crown = self { ["ibp", "crown-ibp", "crown"] } else { ["ibp", "crown-ibp"] }
  }
}
