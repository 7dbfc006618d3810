import Bounds
import Datasets
import Formats
import Foundation
import RobustTraining
import Verification

/// From settings to the things that they describe.
extension Recipe {
  /// Loads the data set, fetching it where it is not there. `report` is called before each
  /// download. Throws ``FormatError``.
  public func loadDataset(
    fetch: Bool = true, report: (URL) -> Void = { _ in }
  ) throws -> Dataset {
    try Dataset.load(
      dataset, folder: data.map { URL(fileURLWithPath: $0, isDirectory: true) }, fetch: fetch,
      images: images, report: report)
  }

  /// The recipe with the settings that depend on the data decided.
  ///
  /// Throws ``PerturbationError`` for an ε that makes no sense for images of this size and
  /// ``TrainingError/badPlan(_:)`` for a normalisation that does not fit the channels.
  package func resolved(for dataset: Dataset) throws -> Recipe {
    var recipe = self
    if model.normalizesByData {
      let statistics = dataset.train.statistics()
      recipe.model.normalizesByData = false
      recipe.model.mean = statistics.mean
      recipe.model.standardDeviation = statistics.standardDeviation
    }
    try perturbation.validate(inputCount: dataset.train.imageSize)
    try perturbation.withEpsilon(trainEpsilon).validate(inputCount: dataset.train.imageSize)
    guard model.mean.isEmpty || model.mean.count == dataset.train.channels else {
      throw TrainingError.badPlan(
        "mean and std have \(model.mean.count) numbers, the images \(dataset.train.channels) "
          + "channels")
    }
    recipe.holdout = holdout ?? min(dataset.train.count / 20, 2_000)
    if let count = trainExamples, count > dataset.train.count - recipe.holdout! {
      throw TrainingError.badPlan(
        "train-examples \(count): there are \(dataset.train.count - recipe.holdout!) beside the "
          + "\(recipe.holdout!) held out")
    }
    return recipe
  }

  /// The recipe with the settings that depend on the data as another one has them, which was
  /// resolved.
  func settled(like resolved: Recipe) -> Recipe {
    var recipe = self
    recipe.holdout = holdout ?? resolved.holdout
    if model.normalizesByData {
      recipe.model.normalizesByData = false
      recipe.model.mean = resolved.model.mean
      recipe.model.standardDeviation = resolved.model.standardDeviation
    }
    return recipe
  }

  /// The settings of the training; with no holdout decided, none is kept aside.
  public var plan: TrainingPlan {
    TrainingPlan(
      objective: objective, perturbation: perturbation.withEpsilon(trainEpsilon),
      schedule: schedule, optimizer: optimizer, seed: seed, holdout: holdout ?? 0,
      trainExamples: trainExamples,
      selectionEpsilon: perturbation.epsilon, augmentation: augmentation)
  }

  /// How the trained network is to be certified.
  public var target: CertificationTarget {
    CertificationTarget(perturbation: perturbation, methods: evaluation.methods)
  }
}
