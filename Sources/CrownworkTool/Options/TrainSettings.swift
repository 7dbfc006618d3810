import ArgumentParser
import Crownwork

/// The options of `train` and `sweep` that override settings of the recipe.
///
/// Not every setting has an option; ``Assignments`` reaches the others. Where a recipe file names
/// one network, objective or optimiser and an option another, what the file says about the old one
/// is dropped with it.
struct TrainSettings: SettingOptions {
  /// `--dataset`: the data set; the recipe's other defaults follow it.
  @Option("dataset") var dataset: RecipeOverride?
  /// The place of the data, and the form that pictures are brought into.
  @OptionGroup var source: DataOptions
  /// The architecture and its sizes.
  @OptionGroup var model: ModelOptions
  /// `--start`: a run, a model file or an ONNX file whose network and weights training starts from,
  /// in place of a new network.
  @Option("model.start") var start: RecipeOverride?
  /// The set that the network is certified against, and with it the ε of training.
  @OptionGroup var target: SetOptions
  /// `--train-epsilon`: the largest ε that training reaches, where that is another one than the
  /// certified ε.
  @Option("perturbation.train-epsilon") var trainEpsilon: RecipeOverride?
  /// `--objective`: the loss that training minimises.
  @Option("objective.name") var objective: RecipeOverride?
  /// `--alpha`: the weight of the bounds in mtl-ibp, cc-ibp and exp-ibp.
  @Option("objective.alpha") var alpha: RecipeOverride?
  /// `--share`: the radius of SABR's small box as a fraction of ε.
  @Option("objective.share") var share: RecipeOverride?
  /// `--projections`: the random projections by which convex-polytope estimates its bounds.
  @Option("objective.projections") var projections: RecipeOverride?
  /// `--margins`: the rows of CROWN-IBP's backward pass, a row for each margin or one fused row.
  @Option("objective.margins") var margins: RecipeOverride?
  /// `--slope`: the slope of the lower line of unstable ReLUs in training by CROWN-IBP and CROWN.
  @Option("objective.slope") var slope: RecipeOverride?
  /// `--epochs`: the passes over the training data. It is, with `--data`, the only setting that may
  /// differ in `--resume`.
  @Option("schedule.epochs") var epochs: RecipeOverride?
  /// `--batch-size`: the examples whose gradients are computed together.
  @Option("schedule.batch-size") var batchSize: RecipeOverride?
  /// `--accumulate`: the batches whose gradients make one step of the optimiser.
  @Option("schedule.accumulate") var accumulate: RecipeOverride?
  /// `--average-from`: the epoch from whose end on weights are averaged.
  @Option("optimizer.average-from") var averageFrom: RecipeOverride?
  /// `--learning-rate`: the learning rate before any decay.
  @Option("optimizer.learning-rate") var learningRate: RecipeOverride?
  /// `--milestones`: the numbers of epochs after which the learning rate falls.
  @Option("optimizer.decay.milestones") var milestones: RecipeOverride?
  /// `--optimizer`: adam, adamw or sgd.
  @Option("optimizer.name") var optimizer: RecipeOverride?
  /// `--ramp-start`: the epochs at ε = 0 before the ramp begins.
  @Option("schedule.ramp.start") var rampStart: RecipeOverride?
  /// `--ramp-length`: the epochs in which ε grows to its largest value.
  @Option("schedule.ramp.length") var rampLength: RecipeOverride?
  /// `--seed`: the seed that decides initial weights, order of the data and held-out examples. In
  /// `sweep` it excludes `--seeds`.
  @Option("seed") var seed: RecipeOverride?
  /// `--holdout`: the training examples kept aside to choose the best epoch by.
  @Option("holdout") var holdout: RecipeOverride?
  /// `--train-examples`: the number of the other training examples that are used.
  @Option("train-examples") var trainExamples: RecipeOverride?
  @OptionGroup var assignments: Assignments

  /// All settings that are given. One that `--set` gives comes last and takes precedence over its
  /// own option.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for a `--set` that is no assignment. Paths
  ///   and values are checked where a recipe is made of them.
  var overrides: [RecipeOverride] {
    get throws {
      try given + source.given + model.overrides + target.overrides + assignments.given
    }
  }
}
