import ArgumentParser
import Crownwork

/// Options that override a recipe's settings.
struct TrainSettings: SettingOptions {
  @Option("dataset") var dataset: RecipeOverride?
  @OptionGroup var source: DataOptions
  @OptionGroup var model: ModelOptions
  @Option("model.start") var start: RecipeOverride?
  @OptionGroup var target: SetOptions
  @Option("perturbation.train-epsilon") var trainEpsilon: RecipeOverride?
  @Option("objective.name") var objective: RecipeOverride?
  @Option("objective.alpha") var alpha: RecipeOverride?
  @Option("objective.share") var share: RecipeOverride?
  @Option("objective.projections") var projections: RecipeOverride?
  @Option("objective.margins") var margins: RecipeOverride?
  @Option("objective.slope") var slope: RecipeOverride?
  @Option("schedule.epochs") var epochs: RecipeOverride?
  @Option("schedule.batch-size") var batchSize: RecipeOverride?
  @Option("schedule.accumulate") var accumulate: RecipeOverride?
  @Option("optimizer.average-from") var averageFrom: RecipeOverride?
  @Option("optimizer.learning-rate") var learningRate: RecipeOverride?
  @Option("optimizer.decay.milestones") var milestones: RecipeOverride?
  @Option("optimizer.name") var optimizer: RecipeOverride?
  @Option("schedule.ramp.start") var rampStart: RecipeOverride?
  @Option("schedule.ramp.length") var rampLength: RecipeOverride?
  @Option("seed") var seed: RecipeOverride?
  @Option("holdout") var holdout: RecipeOverride?
  @Option("train-examples") var trainExamples: RecipeOverride?
  @OptionGroup var assignments: Assignments

  /// All settings that are given; one given by its path goes before its own option.
  ///
  /// - Throws: ``Failure``.
  var overrides: [RecipeOverride] {
    get throws {
      try given + source.given + model.overrides + target.overrides + assignments.given
    }
  }
}
