import ArgumentParser
import Crownwork
import Foundation

/// Does the runs of a sweep that nobody else does.
struct SweepWorker {
  private let folder: SweepFolder
  private let talks: Bool
  private var datasets: [(recipe: Recipe, dataset: Dataset)] = []

  init(_ folder: SweepFolder, talks: Bool) {
    self.folder = folder
    self.talks = talks
  }

  /// Returns the number of runs left to other processes.
  mutating func work() throws -> Int {
    var busy = 0
    for (number, planned) in folder.sweep.runs.enumerated() {
      guard try folder.state(of: planned) != .done else { continue }
      guard let lock = try folder.lock(planned) else {
        busy += 1
        continue
      }
      defer { withExtendedLifetime(lock) {} }
      // Another process may have done it in the meantime.
      guard try folder.state(of: planned) != .done else { continue }
      let place = "[\(number + 1)/\(folder.sweep.runs.count)] \(planned.label)"
      let result = try complete(planned, place)
      if talks { Console.standard.line("\(place): \(result.summary)") }
      try folder.table().write(to: folder.url)
    }
    return busy
  }

  private mutating func complete(_ planned: PlannedRun, _ place: String) throws -> SweepResult {
    let dataset = try load(planned.recipe)
    let recipe = try planned.recipe.resolved(for: dataset)
    let url = folder.url(of: planned)
    var runFolder =
      RunFolder.exists(at: url)
      ? try RunFolder(opening: url) : try RunFolder(creating: url, recipe: recipe)
    var run = try recipe.run(on: dataset)
    try runFolder.restore(&run)
    var result: SweepResult
    do {
      try train(&run, &runFolder, place)
      let report = try report(on: runFolder, dataset, place)
      result = SweepResult(
        planned, runFolder, parameters: run.network.parameterCount, report: report)
    } catch let error as TrainingError {
      result = SweepResult(
        planned, runFolder, parameters: run.network.parameterCount, report: nil,
        failure: "\(error)")
    }
    try result.write(to: url)
    return result
  }

  private func train(
    _ run: inout TrainingRun, _ runFolder: inout RunFolder, _ place: String
  ) throws {
    let outcome = try run.train { event, run in
      switch event {
      case .step(let step):
        Console.standard.live(
          "\(place): epoch \(step.step / step.stepsPerEpoch + 1)/\(run.plan.schedule.epochs), "
            + "step \(step.step % step.stepsPerEpoch + 1)/\(step.stepsPerEpoch)")
      case .epoch(let epoch):
        try runFolder.record(epoch, run)
        for warning in epoch.warnings {
          Console.standard.clearLiveLine()
          Console.error("crownwork: \(place): warning: \(warning)")
        }
      }
    } isInterrupted: {
      Interruption.signalNumber != nil
    }
    Console.standard.clearLiveLine()
    guard outcome == .interrupted, let number = Interruption.signalNumber else { return }
    try runFolder.save(run)
    throw interrupted(number)
  }

  private func report(
    on runFolder: RunFolder, _ dataset: Dataset, _ place: String
  ) throws -> ModelReport {
    let evaluation = runFolder.recipe.evaluation
    let test = dataset.test.prefix(evaluation.examples ?? dataset.test.count)
    defer { Console.standard.clearLiveLine() }
    return try ModelReport(
      of: SavedModel(path: runFolder.url.path).file.network, on: test,
      target: runFolder.recipe.target, attack: evaluation.attack
    ) { stage, done in
      Console.standard.live("\(place): \(stage.rawValue) \(done)/\(test.count)")
      if let number = Interruption.signalNumber { throw interrupted(number) }
    }
  }

  private func interrupted(_ number: Int32) -> ExitCode {
    Console.standard.clearLiveLine()
    Console.error("crownwork: interrupted; the same command goes on where it stopped")
    return ExitCode(128 + number)
  }

  /// Each data set once.
  private mutating func load(_ recipe: Recipe) throws -> Dataset {
    let known = datasets.first {
      $0.recipe.dataset == recipe.dataset && $0.recipe.data == recipe.data
        && $0.recipe.images == recipe.images
    }
    if let known { return known.dataset }
    let dataset = try recipe.loadDataset { Console.error("fetching \($0.absoluteString)") }
    datasets.append((recipe, dataset))
    return dataset
  }
}

extension SweepResult {
  fileprivate var summary: String {
    guard let errors else { return "failed: \(failure ?? "")" }
    let time = secondsPerEpoch.map { String(format: ", %.1f s per epoch", $0) } ?? ""
    return "standard \(percent(errors.standard)), attacked \(percent(errors.attacked)), certified "
      + "\(percent(errors.certified))\(time)"
  }
}
