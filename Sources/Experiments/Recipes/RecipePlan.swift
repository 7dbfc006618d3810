import Bounds
import Datasets
import Formats
import Foundation
import RobustTraining
import Verification

/// From settings to the things that they describe.
extension Recipe {
  /// Loads the data set of the recipe.
  ///
  /// - Parameters:
  ///   - fetch: Whether a known set that is not on this machine may be downloaded.
  ///   - report: A function that is called before each download with its address.
  /// - Throws: `FormatError` and `InvalidValue`, as
  ///   `Dataset.load(_:folder:environment:fetch:mirror:images:report:)` does.
  public func loadDataset(
    fetch: Bool = true, report: (URL) -> Void = { _ in }
  ) throws -> Dataset {
    try Dataset.load(
      dataset, folder: data.map { URL(fileURLWithPath: $0, isDirectory: true) }, fetch: fetch,
      images: images, report: report)
  }

  /// Returns the recipe with the settings that depend on the data decided: the constants of a
  /// normalisation by the data, and the number of held-out examples.
  ///
  /// A resolved recipe is a fixed point of this function for the same data. Only the shape and the
  /// training part of the data are looked at.
  ///
  /// - Throws: ``PerturbationError`` for an ε at which the perturbation set holds every image of
  ///   this size, nearly always a slip such as 8 for 8/255; ``TrainingError/badPlan(_:)`` for a
  ///   normalisation that does not fit the channels, and for more examples to train on than there
  ///   are.
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
    // A twentieth is rounded down, so that data of fewer than 20 images have no held-out examples.
    recipe.holdout = holdout ?? min(dataset.train.count / 20, 2_000)
    if let count = trainExamples, count > dataset.train.count - recipe.holdout! {
      throw TrainingError.badPlan(
        "train-examples \(count): there are \(dataset.train.count - recipe.holdout!) beside the "
          + "\(recipe.holdout!) held out")
    }
    return recipe
  }

  /// Returns the recipe with the settings that depend on the data as another recipe, which was
  /// resolved, has them.
  ///
  /// That makes a recipe as a user writes it comparable with the one that a run recorded, without
  /// loading the data.
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

  /// The settings of the training.
  ///
  /// The plan's perturbation has the ε of training, and its best epoch is chosen by the ε of
  /// ``perturbation``. Where no number of held-out examples is decided, none is kept aside;
  /// `resolved(for:)` decides it.
  public var plan: TrainingPlan {
    TrainingPlan(
      objective: objective, perturbation: perturbation.withEpsilon(trainEpsilon),
      schedule: schedule, optimizer: optimizer, seed: seed, holdout: holdout ?? 0,
      trainExamples: trainExamples,
      selectionEpsilon: perturbation.epsilon, augmentation: augmentation)
  }

  /// What the trained network is to be certified against, and by which methods. Model files carry
  /// it.
  public var target: CertificationTarget {
    CertificationTarget(perturbation: perturbation, methods: evaluation.methods)
  }
}
