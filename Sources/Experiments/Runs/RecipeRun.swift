import Bounds
import Datasets
import Networks
import RobustTraining

/// From settings to a run, which may start from the model of another run.
extension Recipe {
  /// The network to train: a freshly drawn one for the data, or that of the model to start from,
  /// without a softmax at its end, which the loss has itself.
  ///
  /// Throws ``NetworkError``, and what ``SavedModel/init(path:described:)`` throws.
  package func network(for images: LabeledImages) throws -> Network {
    if let start = model.start {
      let network = try SavedModel(path: start).file.network.logits
      return network.takingImages([images.height, images.width, images.channels]) ?? network
    }
    let network = try model.architecture.network(
      input: [images.height, images.width, images.channels], classes: images.classes, seed: seed,
      normalization: model.normalization)
    guard case .shortWarmup = objective else { return network }
    return network.withIntervalInitialization(seed: seed)
  }

  /// Finds out whether the recipe can be trained on a data set, without making its network.
  ///
  /// - Returns: The recipe resolved for the data.
  /// - Throws: ``PerturbationError``, ``TrainingError/badPlan(_:)``, ``NetworkError`` for an
  ///   architecture that does not fit the images, and what ``SavedModel/init(path:described:)``
  ///   throws.
  package func checked(for dataset: Dataset) throws -> Recipe {
    let recipe = try resolved(for: dataset)
    let images = dataset.train
    let input = [images.height, images.width, images.channels]
    if model.start == nil {
      _ = try model.architecture.parameterShapes(input: input, classes: images.classes)
    }
    let start = try model.start == nil ? nil : network(for: images)
    try recipe.plan.validate(
      input: start?.inputShape ?? input, classes: start?.classes ?? images.classes, on: images)
    return recipe
  }

  /// The run of a resolved recipe at its start.
  ///
  /// Throws ``NetworkError`` and ``TrainingError/badPlan(_:)``.
  public func run(on dataset: Dataset) throws -> TrainingRun {
    try TrainingRun(plan, network: network(for: dataset.train), on: dataset.train)
  }
}
