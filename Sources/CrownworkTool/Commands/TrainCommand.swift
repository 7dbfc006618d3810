import ArgumentParser
import Crownwork
import Foundation

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

  @Argument(help: "A recipe, YAML.", completion: .recipe) var recipe: String?
  @OptionGroup(title: "Settings") var settings: TrainSettings
  @Option(
    help: "Folder of the run. Default: runs/DATASET-MODEL, numbered where it exists.",
    completion: .directory)
  var output: String?
  @Flag(help: "Go on with the run in the folder, from its checkpoint.") var resume = false
  @OptionGroup var threads: ThreadOption
  @Flag(name: .customLong("dry-run"), help: "Show what would be done, and what it would take.")
  var dryRun = false
  @Flag(help: "Print JSON lines.") var json = false
  @Flag(help: "Print nothing but errors.") var quiet = false

  mutating func run() throws {
    try threads.apply()
    if resume { try goOn() } else { try begin() }
  }

  private func begin() throws {
    let recipe = try askedRecipe() ?? Recipe()
    let dataset = try load(recipe)
    let resolved = try recipe.resolved(for: dataset)
    let run = try resolved.run(on: dataset)
    if dryRun { return try DryRun(resolved, run).print(json: json) }
    let folder = try RunPlace(output: output, recipe: recipe).create(resolved)
    try train(run, in: folder, on: dataset)
  }

  private func goOn() throws {
    let place = RunPlace(output: output, recipe: try output == nil ? askedRecipe() : nil).existing
    guard RunFolder.exists(at: place) else {
      throw RunError.nothingToResume(place.relativePath)
    }
    var folder = try dryRun ? RunFolder(opening: place) : RunFolder(resuming: place)
    try folder.adopt(askedRecipe(of: folder.recipe))
    let dataset = try load(folder.recipe)
    var run = try folder.recipe.run(on: dataset)
    if dryRun { return try DryRun(folder.recipe, run).print(json: json) }
    try folder.restore(&run)
    try train(run, in: folder, on: dataset)
  }

  /// The recipe that was asked for; nil if neither one nor an option was given.
  private func askedRecipe() throws -> Recipe? {
    if let recipe {
      return try Recipe(
        contentsOf: URL(fileURLWithPath: recipe), overrides: settings.overrides)
    }
    let overrides = try settings.overrides
    return overrides.isEmpty ? nil : try Recipe(overrides)
  }

  /// What a run is asked to go on with: the recipe that is named, or else its own with the options
  /// in it.
  private func askedRecipe(of own: Recipe) throws -> Recipe {
    if recipe != nil, let asked = try askedRecipe() { return asked }
    return try own.applying(settings.overrides, named: "run.yaml")
  }

  private func load(_ recipe: Recipe) throws -> Dataset {
    let dataset = try recipe.loadDataset { Console.error("fetching \($0.absoluteString)") }
    Console.warn(of: dataset)
    return dataset
  }

  private func train(_ run: TrainingRun, in folder: RunFolder, on dataset: Dataset) throws {
    var (run, folder, report) = (run, folder, TrainReport(json: json, quiet: quiet))
    Console.goOnWithoutReader()
    report.start(folder, run, on: dataset)
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

extension TrainCommand {
  private static let checkpointNote = " (the last checkpoint is from before it)"
}

/// Where a run's folder is.
struct RunPlace {
  private let output: String?
  private let standard: String

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

  /// The folder of a run to go on with: the one asked for, or the last standard one.
  var existing: URL {
    if let output { return URL(fileURLWithPath: output) }
    let taken = numbered.prefix { FileManager.default.fileExists(atPath: $0.path) }
    return Array(taken).last ?? URL(fileURLWithPath: standard)
  }

  private var numbered: some Sequence<URL> {
    (1...).lazy.map { URL(fileURLWithPath: $0 == 1 ? standard : "\(standard)-\($0)") }
  }
}
