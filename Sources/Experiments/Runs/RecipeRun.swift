import Bounds
import Datasets
import Networks
import RobustTraining

/// From settings to a run, which may start from the model of another run.
extension Recipe {
  /// Returns the network to train: a freshly drawn one for the data, or that of the model to start
  /// from.
  ///
  /// Short warm-up draws the weights anew by the initialization that belongs to it (Shi et al.
  /// 2021). A network to start from loses a softmax at its end, which the loss has itself, and has
  /// its input put in order if it takes the images in another form; if it does not take them at
  /// all, it is returned as it is and the plan's validation refuses it.
  ///
  /// - Parameter images: The images that decide the size of the input and the number of classes.
  /// - Throws: ``NetworkError`` for an architecture that does not fit the images, and what
  ///   ``SavedModel/init(path:described:output:)`` throws for a model to start from.
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

  /// Finds out whether the recipe can be trained on a data set, without making its network. A
  /// network to start from is read, since its input has to fit.
  ///
  /// - Returns: The recipe resolved for the data.
  /// - Throws: ``PerturbationError`` and ``TrainingError/badPlan(_:)`` for settings that do not fit
  ///   the data, ``NetworkError`` for an architecture that does not fit the images, and what
  ///   ``SavedModel/init(path:described:output:)`` throws.
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

  /// Returns the run of the recipe at its start.
  ///
  /// - Parameter dataset: The data; only the training part is used. What the recipe leaves to them, such
  ///   as the number of held-out examples, is decided by them.
  /// - Throws: What `network(for:)` throws, `PerturbationError` for an ε that makes no sense for
  ///   images of this size, `TrainingError.badPlan(_:)` for settings that cannot work together, and
  ///   `BoundsError` for a layer that has no bounds.
  public func run(on dataset: Dataset) throws -> TrainingRun {
    let recipe = try resolved(for: dataset)
    return try TrainingRun(
      recipe.plan, network: recipe.network(for: dataset.train), on: dataset.train)
  }
}
