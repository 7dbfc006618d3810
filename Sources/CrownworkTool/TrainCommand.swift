import ArgumentParser
import Crownwork
import Foundation

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network that can be certified.",
    discussion: """
      Without a recipe it trains a small network on digits. Options override the recipe.
      A run is a folder; Ctrl-C leaves a checkpoint in it.

      EXAMPLES
        crownwork train
        crownwork train --dataset fashion-mnist --epochs 12
        crownwork train --dataset images --data pictures --image-size 32x32
        crownwork train Recipes/mnist-small.yaml --model dm-small --seed 1
        crownwork train --resume --output runs/mnist-dm-small
      """)

  @Argument(help: "A recipe, YAML.") var recipe: String?
  @OptionGroup(title: "Settings") var settings: TrainSettings
  @Option(help: "Folder of the run. Default: runs/DATASET-MODEL, numbered where it exists.")
  var output: String?
  @Flag(help: "Go on with the run in the folder, from its checkpoint.") var resume = false
  @Option(help: "Threads to run on. Default: all.") var threads: Int?
  @Flag(name: .customLong("dry-run"), help: "Show what would be done, and what it would take.")
  var dryRun = false
  @Flag(help: "Print JSON lines.") var json = false
  @Flag(help: "Print nothing but errors.") var quiet = false

  mutating func run() throws {
    if let threads {
      guard threads >= 1 else { throw Failure(.usage, "--threads: must be at least 1") }
      Threads.use(threads)
    }
    let asked = try askedRecipe()
    let report = TrainReport(json: json, quiet: quiet)
    let place = RunPlace(output: output, recipe: asked ?? Recipe())
    guard resume else {
      let recipe = asked ?? Recipe()
      let dataset = try load(recipe)
      let resolved = try recipe.resolved(for: dataset)
      let run = try resolved.run(on: dataset)
      if dryRun { return try DryRun(resolved, run).print(json: json) }
      let folder = try RunFolder(creating: place.new, recipe: resolved)
      return try train(run, in: folder, report, on: dataset)
    }
    var folder = try open(place)
    let dataset = try load(folder.recipe)
    if let asked, try asked.resolved(for: dataset) != folder.recipe {
      throw RunError.otherRecipe(place.existing.path)
    }
    var run = try folder.recipe.run(on: dataset)
    if dryRun { return try DryRun(folder.recipe, run).print(json: json) }
    try folder.restore(&run)
    try train(run, in: folder, report, on: dataset)
  }

  /// The recipe that was asked for; nil if neither one nor an option was given.
  private func askedRecipe() throws -> Recipe? {
    if let recipe {
      return try Recipe(
        contentsOf: URL(fileURLWithPath: recipe), overrides: settings.overrides)
    }
    guard !settings.overrides.isEmpty else { return nil }
    return try Recipe(yaml: "", overrides: settings.overrides)
  }

  private func open(_ place: RunPlace) throws -> RunFolder {
    guard RunFolder.exists(at: place.existing) else {
      throw RunError.nothingToResume(place.existing.relativePath)
    }
    return try RunFolder(opening: place.existing)
  }

  private func load(_ recipe: Recipe) throws -> Dataset {
    try recipe.loadDataset { Console.error("fetching \($0.absoluteString)") }
  }

  private func train(
    _ run: TrainingRun, in folder: RunFolder, _ report: TrainReport, on dataset: Dataset
  ) throws {
    var (run, folder, report) = (run, folder, report)
    report.start(folder, run, on: dataset)
    Interruption.catchSignals()
    let outcome = try run.train { event, run in
      switch event {
      case .step(let step): report.step(step, run)
      case .epoch(let epoch):
        try folder.record(epoch, run)
        report.epoch(epoch, run)
      }
    } isInterrupted: {
      Interruption.signalNumber != nil
    }
    guard outcome == .interrupted, let number = Interruption.signalNumber else {
      return report.end(folder, run)
    }
    try folder.save(run)
    report.interrupted(folder, run)
    throw ExitCode(128 + number)
  }
}

/// Where a run's folder is.
struct RunPlace {
  private let output: String?
  private let standard: String

  init(output: String?, recipe: Recipe) {
    self.output = output
    let suffix = recipe.objective.name == "crown-ibp" ? "" : "-\(recipe.objective.name)"
    let start = recipe.model.start.map {
      URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent
    }
    let network = start ?? recipe.model.architecture.name
    standard = "runs/\(recipe.dataset.rawValue)-\(network)\(suffix)"
  }

  /// The folder for a new run: the one asked for, or the first standard one that is free.
  var new: URL {
    if let output { return URL(fileURLWithPath: output) }
    return numbered.first { !FileManager.default.fileExists(atPath: $0.path) }!
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
