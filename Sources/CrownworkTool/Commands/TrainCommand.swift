import ArgumentParser
import Crownwork
import Foundation

/// `crownwork train`: trains a network by a recipe and keeps everything about it in a run's folder.
///
/// A new training goes in this order, so that nearly everything that can be wrong is found before
/// the folder exists:
///
/// 1. The recipe is read, options override it, and the data set is loaded, or fetched if this
///    machine does not have it.
/// 2. Settings that depend on the data are decided, the network is made, and with `--dry-run` the
///    command measures a few steps, reports (``DryRun``) and ends.
/// 3. The folder is made with `run.yaml`, the complete recipe, and locked against other processes.
/// 4. The network is trained. After each epoch `metrics.jsonl`, `timing.json`, the model and last
///    of all `checkpoint.safetensors` are replaced, each as a whole.
///
/// However a training is stopped, `--resume` goes on with it and, on the same machine, ends with
/// the same bits as if it had not been stopped. A signal makes it write a checkpoint after the
/// current step; the exit code is then 129, 130 or 143. A process that is killed loses the steps
/// since its last checkpoint. A reader of the output that goes away does not stop it.
///
/// Exit codes other than 0: 64 for bad options, for a folder that holds something and for
/// `--resume` with other settings; 65 for a bad recipe or bad data, and for a loss that became NaN
/// or infinite, which is noted in the folder's `failure.txt` as well; 66 for missing data or no run
/// to resume; 73 for a folder that cannot be written or in which another process is training.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network that can be certified.",
    discussion: """
      Without a recipe it trains cnn-2layer on digits by crown-ibp. Options override the recipe. A \
      run is a folder; Ctrl-C leaves a checkpoint in it, and so does the end of a connection. With \
      --resume a run goes on; with more --epochs than it had, also one that has finished.

      EXAMPLES
        crownwork train
        crownwork train --dataset fashion-mnist --epochs 12
        crownwork train --dataset images --data pictures --image-size 32x32
        crownwork train Recipes/mnist-small.yaml --model dm-small --seed 1
        crownwork train --set optimizer.clip-norm=10 --set objective.beta=1,0.5
        crownwork train --resume --output runs/mnist-dm-small
        crownwork train --resume --output runs/mnist-dm-small --epochs 200
      """)

  /// The recipe file; nil for the defaults of the data set with the options over them.
  @Argument(help: "A recipe, YAML.", completion: .recipe) var recipe: String?
  /// The settings that override the recipe's.
  @OptionGroup(title: "Settings") var settings: TrainSettings
  /// `--output`: the folder of the run. Without it a new run gets the first free name, and
  /// `--resume` takes the last one in use (``RunPlace``).
  @Option(
    help: "Folder of the run. Default: runs/DATASET-MODEL, numbered where it exists.",
    completion: .directory)
  var output: String?
  /// `--resume`: goes on with a run in place of starting one.
  @Flag(help: "Go on with the run in the folder, from its checkpoint.") var resume = false
  /// `--threads`; it is no setting of the recipe.
  @OptionGroup var threads: ThreadOption
  /// `--dry-run`: reports what a training would do, and writes nothing.
  @Flag(name: .customLong("dry-run"), help: "Show what would be done, and what it would take.")
  var dryRun = false
  /// `--json`: prints the line of `metrics.jsonl` after each epoch and one line at the end.
  @Flag(help: "Print JSON lines.") var json = false
  /// `--quiet`: prints neither progress nor results.
  @Flag(help: "Print nothing but errors.") var quiet = false

  /// Starts a run or goes on with one.
  mutating func run() throws {
    try threads.apply()
    if resume { try goOn() } else { try begin() }
  }

  /// Starts a run in a new folder.
  ///
  /// - Throws: ``RecipeError``, ``FormatError``, ``PerturbationError``, ``NetworkError`` and
  ///   ``TrainingError`` for what cannot be trained, ``RunError`` for a folder in use; else as
  ///   ``train(_:in:on:)``.
  private func begin() throws {
    let recipe = try askedRecipe() ?? Recipe()
    let dataset = try load(recipe)
    let resolved = try recipe.resolved(for: dataset)
    let run = try resolved.run(on: dataset)
    if dryRun { return try DryRun(resolved, run).print(json: json) }
    let folder = try RunPlace(output: output, recipe: recipe).create(resolved)
    try train(run, in: folder, on: dataset)
  }

  /// Goes on with the run in a folder from its checkpoint, or from the start if no epoch has ended.
  ///
  /// The run keeps its recipe. Options and a recipe file may repeat it, and may change the number
  /// of epochs and the place of the data only.
  ///
  /// - Throws: ``RunError`` where there is no run, where another process has it, and where other
  ///   settings are asked for; ``FormatError`` and ``TrainingError/checkpoint(_:)`` for a damaged
  ///   folder and for other data; else as ``train(_:in:on:)``.
  private func goOn() throws {
    let place = RunPlace(output: output, recipe: try output == nil ? askedRecipe() : nil).existing
    guard RunFolder.exists(at: place) else {
      throw RunError.nothingToResume(place.relativePath)
    }
    var folder = try dryRun ? RunFolder(opening: place) : RunFolder(resuming: place)
    try folder.adopt(askedRecipe(of: folder.recipe))
    let dataset = try load(folder.recipe)
    var run = try folder.recipe.run(on: dataset)
    if dryRun {
      try folder.readCheckpoint(into: &run)
      return try DryRun(folder.recipe, run).print(json: json)
    }
    try folder.restore(&run)
    try train(run, in: folder, on: dataset)
  }

  /// Returns the recipe that the command line describes; nil where it names neither a file nor a
  /// setting.
  private func askedRecipe() throws -> Recipe? {
    if let recipe {
      return try Recipe(
        contentsOf: URL(fileURLWithPath: recipe), overrides: settings.overrides)
    }
    let overrides = try settings.overrides
    return overrides.isEmpty ? nil : try Recipe(overrides)
  }

  /// Returns the recipe to go on with: the file's, if one is named, or else the run's own, with the
  /// options over it.
  ///
  /// - Parameter own: The recipe in the run's folder.
  private func askedRecipe(of own: Recipe) throws -> Recipe {
    if recipe != nil, let asked = try askedRecipe() { return asked }
    return try own.applying(settings.overrides, named: "run.yaml")
  }

  /// Loads the data set of a recipe and prints warnings about it. Downloads are announced on the
  /// standard error.
  private func load(_ recipe: Recipe) throws -> Dataset {
    let dataset = try recipe.loadDataset { Console.error("fetching \($0.absoluteString)") }
    Console.warn(of: dataset)
    return dataset
  }

  /// Trains to the end of the schedule, or until a signal asks to stop, and records each epoch
  /// before it is shown.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/badData`` for a training that diverged; `ExitCode`
  ///   with 128 plus the signal's number, after the checkpoint was written; ``FormatError`` of kind
  ///   `cannotWrite` where the folder cannot be written.
  private func train(_ run: TrainingRun, in folder: RunFolder, on dataset: Dataset) throws {
    var (run, folder, report) = (run, folder, TrainReport(json: json, quiet: quiet))
    // Only from here on there is work that is worth more than the lines about it.
    Console.goOnWithoutReader()
    report.start(folder, run, on: dataset)
    // Before the first step nothing would be saved, so that a signal may end the process at once.
    Interruption.catchSignals()
    let outcome: TrainingOutcome
    do {
      outcome = try folder.train(&run, budget: Interruption.budget) { event, run in
        switch event {
        case .step(let step): report.step(step, run)
        case .epoch(let epoch): report.epoch(epoch, run)
        }
      }
    } catch let error as TrainingError {
      throw Failure(.badData, "\(error)\(folder.hasCheckpoint ? Self.checkpointNote : "")")
    }
    guard outcome == .interrupted, let number = Interruption.signalNumber else {
      return report.end(folder, run)
    }
    report.interrupted(folder, run)
    throw ExitCode(128 + number)
  }
}

/// The words of a failure.
extension TrainCommand {
  /// The addition to a divergence's message where there is a checkpoint: it is from before the loss
  /// became NaN, and so resuming alone meets the same loss again.
  private static let checkpointNote = " (the last checkpoint is from before it)"
}

/// The folder of a run, whether the user names it or not.
///
/// The standard name is `runs/DATASET-NETWORK`, with the objective behind it unless that is
/// crown-ibp. The second run of that name gets "-2", the third "-3", and so on.
struct RunPlace {
  /// The folder that `--output` names.
  private let output: String?
  /// The first of the standard names.
  private let standard: String

  /// Finds the names.
  ///
  /// - Parameters:
  ///   - output: The folder that `--output` names; nil for a standard one.
  ///   - recipe: The recipe, whose data set, network and objective make the name; nil for the
  ///     default recipe.
  init(output: String?, recipe: Recipe?) {
    self.output = output
    let recipe = recipe ?? Recipe()
    let suffix = recipe.objective.name == "crown-ibp" ? "" : "-\(recipe.objective.name)"
    let start = recipe.model.start.map {
      URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent
    }
    let network = start ?? recipe.model.architecture.name
    standard = "runs/\(recipe.dataset.rawValue)-\(network)\(suffix)"
  }

  /// Starts a run in the folder that was asked for, or in the first standard one that is free.
  ///
  /// - Parameter recipe: The recipe of the run, resolved for its data.
  /// - Throws: `RunError` where the folder that was asked for holds something or is in use, and
  ///   `FormatError` of kind `cannotWrite`.
  func create(_ recipe: Recipe) throws -> RunFolder {
    if let output { return try RunFolder(creating: URL(fileURLWithPath: output), recipe: recipe) }
    for url in numbered where !FileManager.default.fileExists(atPath: url.path) {
      do {
        return try RunFolder(creating: url, recipe: recipe)
      } catch RunError.exists, RunError.inUse {
        // Another process has taken it since.
        continue
      }
    }
    preconditionFailure("there are endlessly many names")
  }

  /// The folder of a run to go on with: the one that was asked for, or the last standard one. The
  /// numbers are searched up to the first that is missing.
  var existing: URL {
    if let output { return URL(fileURLWithPath: output) }
    let taken = numbered.prefix { FileManager.default.fileExists(atPath: $0.path) }
    return Array(taken).last ?? URL(fileURLWithPath: standard)
  }

  /// The standard names without end: the plain one, then those with 2, 3, 4.
  private var numbered: some Sequence<URL> {
    (1...).lazy.map { URL(fileURLWithPath: $0 == 1 ? standard : "\(standard)-\($0)") }
  }
}
