import ArgumentParser
import Crownwork

/// Options that override a recipe's settings.
struct TrainSettings: ParsableArguments {
  @Option(
    help: "Data set: \(Overrides.datasetNames). Default: digits.", completion: .datasets)
  var dataset: String?
  @OptionGroup var source: DataOptions
  @OptionGroup var model: ModelOptions
  @Option(
    help: "Start from this network and its weights: a run, a model file or an ONNX file.",
    completion: .model)
  var start: String?
  @OptionGroup var target: TargetOptions
  @Option(
    name: .customLong("train-epsilon"), parsing: .unconditional,
    help: "Largest epsilon of training. Default: epsilon.")
  var trainEpsilon: String?
  @Option(
    help: "Objective: \(Objective.names.joined(separator: ", ")). Default: crown-ibp.",
    completion: .objectives)
  var objective: String?
  @Option(
    help: "α of mtl-ibp, cc-ibp and exp-ibp: 1 is IBP, 0 attacked points alone. Default: 0.5.")
  var alpha: String?
  @Option(
    help: "Radius of sabr's small box, as a fraction of epsilon; 1 is IBP. Default: 0.5.")
  var share: String?
  @Option(
    help: "Random projections to estimate the bounds of convex-polytope by. Default: none.")
  var projections: String?
  @Option(
    help: "Margins in the backward pass of crown-ibp: all or fused. Default: all.",
    completion: .margins)
  var margins: String?
  @Option(
    help: """
      Lower line of unstable ReLUs: adaptive, same-slope, zero or one. Default: adaptive.
      """, completion: .slopes)
  var slope: String?
  @Option(
    parsing: .unconditional, help: "Passes over the training data. Default: 20; digits 40.")
  var epochs: String?
  @Option(
    name: .customLong("batch-size"), parsing: .unconditional,
    help: "Examples in a batch. Default: 256; digits 32.")
  var batchSize: String?
  @Option(
    parsing: .unconditional, help: "Batches in a step: their gradients' mean. Default: 1.")
  var accumulate: String?
  @Option(
    name: .customLong("average-from"), parsing: .unconditional,
    help: "Average the weights over epochs, from the end of this one on. Default: never.")
  var averageFrom: String?
  @Option(
    name: .customLong("learning-rate"), parsing: .unconditional,
    help: "Initial learning rate. Default: 0.001; digits 0.005.")
  var learningRate: String?
  @Option(
    parsing: .unconditional,
    help: """
      After how many epochs the learning rate falls, such as 30,35. Default: every 10th after \
      the ramp.
      """)
  var milestones: String?
  @Option(
    help: "Optimizer: adam, adamw or sgd (momentum 0.9, Nesterov). Default: adam.",
    completion: .optimizers)
  var optimizer: String?
  @Option(
    name: .customLong("ramp-start"), parsing: .unconditional,
    help: "Epochs before epsilon grows. Default: 1.")
  var rampStart: String?
  @Option(
    name: .customLong("ramp-length"), parsing: .unconditional,
    help: "Epochs in which epsilon grows. Default: six tenths of all.")
  var rampLength: String?
  @Option(
    parsing: .unconditional,
    help: "Seed that decides weights, data order and holdout. Default: 0.")
  var seed: String?
  @Option(
    parsing: .unconditional,
    help: "Training examples kept aside to choose the best epoch. Default: 5%, at most 2000.")
  var holdout: String?
  @Option(
    name: .customLong("train-examples"), parsing: .unconditional,
    help: "Train on so many examples, drawn at random. Default: all.")
  var trainExamples: String?

  var overrides: [RecipeOverride] {
    Overrides.make([
      ("dataset", dataset, "--dataset"),
      ("model.start", start, "--start"),
      ("perturbation.train-epsilon", trainEpsilon, "--train-epsilon"),
      ("objective.name", objective, "--objective"), ("objective.margins", margins, "--margins"),
      ("objective.alpha", alpha, "--alpha"), ("objective.share", share, "--share"),
      ("objective.projections", projections, "--projections"),
      ("objective.slope", slope, "--slope"), ("schedule.epochs", epochs, "--epochs"),
      ("schedule.batch-size", batchSize, "--batch-size"),
      ("schedule.accumulate", accumulate, "--accumulate"),
      ("optimizer.average-from", averageFrom, "--average-from"),
      ("optimizer.name", optimizer, "--optimizer"),
      ("optimizer.learning-rate", learningRate, "--learning-rate"),
      ("optimizer.decay.milestones", milestones, "--milestones"),
      ("schedule.ramp.start", rampStart, "--ramp-start"),
      ("schedule.ramp.length", rampLength, "--ramp-length"), ("seed", seed, "--seed"),
      ("holdout", holdout, "--holdout"), ("train-examples", trainExamples, "--train-examples"),
    ]) + source.overrides + model.overrides + target.overrides()
  }
}
