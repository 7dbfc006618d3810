import Bounds
import Formats
import Foundation
import Networks
import RobustTraining

/// A training run on disk: `run.yaml`, the complete recipe; `metrics.jsonl`, a line for each epoch;
/// `timing.json`, the seconds of each; `checkpoint.safetensors`; `model.safetensors` (`model.onnx`
/// for a graph without a name), the best epoch on the held-out examples or, where there are none,
/// the last one.
///
/// Every file is replaced as a whole, and the checkpoint last: whenever the process dies, what is
/// there can be resumed and ends with the same bits as a run that was never interrupted. One process
/// trains in a folder at a time: it holds the lock of the file `.lock`, which the system releases
/// when the process ends in whatever way.
package struct RunFolder: Sendable {
  package let url: URL
  package private(set) var recipe: Recipe
  /// Keeps other processes out; nil for a run that is only read.
  private let lock: FileLock?
  /// Whether the recipe is another one than that on disk.
  private var isChanged = false
  private var metrics: [String] = []
  /// The seconds of each epoch, its selection included; kept apart from the metrics, which depend
  /// on no clock.
  private var seconds: [Double] = []
  private var epochStarted = ContinuousClock.now

  package static func recipeURL(in folder: URL) -> URL { folder.appendingPathComponent("run.yaml") }
  package var modelURL: URL { Self.modelURL(in: url) }
  /// The model, as ONNX if its graph has no named architecture.
  static func modelURL(in folder: URL, isNamed: Bool? = nil) -> URL {
    let onnx = folder.appendingPathComponent("model.onnx")
    let isNamed = isNamed ?? !FileManager.default.fileExists(atPath: onnx.path)
    return isNamed ? folder.appendingPathComponent("model.safetensors") : onnx
  }
  var checkpointURL: URL { url.appendingPathComponent("checkpoint.safetensors") }
  private var timingURL: URL { url.appendingPathComponent("timing.json") }
  var metricsURL: URL { url.appendingPathComponent("metrics.jsonl") }
  /// What came of a run of a sweep.
  static func resultURL(in folder: URL) -> URL { folder.appendingPathComponent("result.json") }
  private static func failureURL(in folder: URL) -> URL {
    folder.appendingPathComponent("failure.txt")
  }

  /// Whether there is a state to go on from.
  package var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: checkpointURL.path) }

  /// Whether a folder holds a run.
  package static func exists(at url: URL) -> Bool {
    FileManager.default.fileExists(atPath: recipeURL(in: url).path)
  }

  /// Starts a run in a new or empty folder, and keeps other processes out of it.
  ///
  /// - Parameters:
  ///   - recipe: Resolved for its data.
  ///   - replaced: Names of files that may be there already, and are removed.
  /// - Throws: ``RunError/exists(_:)`` where there is something already, ``RunError/inUse(_:)``
  ///   where another process has just begun a run there, and ``FormatError`` of kind `cannotWrite`.
  package init(creating url: URL, recipe: Recipe, replacing replaced: Set<String> = []) throws {
    try Self.checkEmpty(url, but: replaced)
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw FormatError(
        .cannotWrite, "the folder cannot be made", file: url.path, remedy: "name another one")
    }
    lock = try Self.lock(url)
    // Another process may have had the folder, and left it, in the meantime.
    try Self.checkEmpty(url, but: replaced)
    for name in replaced {
      try? FileManager.default.removeItem(at: url.appendingPathComponent(name))
    }
    AtomicFile.removeAbandoned(in: url)
    self.url = url
    self.recipe = recipe
    try AtomicFile.write(Data(recipe.yaml.utf8), to: Self.recipeURL(in: url))
  }

  /// Opens a run that was started before, to read what is there.
  ///
  /// - Throws: ``FormatError`` and ``RecipeError``.
  package init(opening url: URL) throws {
    self.url = url
    lock = nil
    recipe = try Recipe(contentsOf: Self.recipeURL(in: url))
  }

  /// Opens a run that was started before, to go on with it, and keeps other processes out of it.
  ///
  /// - Throws: ``RunError/inUse(_:)`` where another process is training in the folder, and
  ///   ``FormatError`` and ``RecipeError``.
  package init(resuming url: URL) throws {
    self.url = url
    lock = try Self.lock(url)
    AtomicFile.removeAbandoned(in: url)
    recipe = try Recipe(contentsOf: Self.recipeURL(in: url))
  }

  private static func lock(_ url: URL) throws -> FileLock {
    guard let lock = try FileLock(url.appendingPathComponent(".lock")) else {
      throw RunError.inUse(url.relativePath)
    }
    return lock
  }

  /// Hidden files do not count: they may be what a kill left while the run was begun.
  private static func checkEmpty(_ url: URL, but replaced: Set<String>) throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    guard names.allSatisfy({ $0.hasPrefix(".") || replaced.contains($0) }) else {
      throw RunError.exists(url.relativePath)
    }
  }

  /// Takes other settings for what is to come: more or fewer epochs, and another place of the same
  /// data.
  ///
  /// Ramp and decay of the learning rate count in epochs from the start and do not depend on how
  /// many there are, so that a run with more epochs ends with the same bits as one that had them from
  /// the start. ``restore(_:)`` writes the new settings.
  ///
  /// - Parameter asked: A whole recipe; what it leaves to the data is as the run has it.
  /// - Throws: ``RunError/otherRecipe(_:_:)`` for anything else that differs.
  package mutating func adopt(_ asked: Recipe) throws {
    var asked = asked.settled(like: recipe)
    asked.data = asked.data ?? recipe.data
    let differences = recipe.differences(from: asked)
    let others = differences.filter { !$0.leavesState }
    guard others.isEmpty else { throw RunError.otherRecipe(url.relativePath, others) }
    isChanged = !differences.isEmpty
    recipe = asked
  }

  /// Takes over the state of the checkpoint, if there is one, and cuts the metrics to it.
  ///
  /// - Throws: ``FormatError`` and ``TrainingError/checkpoint(_:)``.
  package mutating func restore(_ run: inout TrainingRun) throws {
    let isBegun = hasCheckpoint
    if isBegun { try run.restore(from: checkpointURL, recipe: recipe) }
    if isChanged {
      try AtomicFile.write(Data(recipe.yaml.utf8), to: Self.recipeURL(in: url))
      // What is there is the result of the settings as they were.
      try? FileManager.default.removeItem(at: Self.resultURL(in: url))
      isChanged = false
    }
    guard isBegun else { return }
    let text = run.epoch == 0 ? "" : String(decoding: try InputFile.read(metricsURL), as: UTF8.self)
    let lines = text.split(separator: "\n").prefix(run.epoch).map(String.init)
    guard lines.count == run.epoch else {
      throw FormatError(
        .badData, "has \(lines.count) epochs, the checkpoint \(run.epoch)", file: metricsURL.path,
        remedy: "start anew in another folder")
    }
    metrics = lines
    seconds = Array(Self.timing(timingURL).prefix(run.epoch))
    try writeMetrics()
  }

  /// Median over the epochs; nil where none was recorded.
  package var secondsPerEpoch: Double? {
    let recorded = seconds.isEmpty ? Self.timing(timingURL) : seconds
    return recorded.isEmpty ? nil : recorded.sorted()[recorded.count / 2]
  }

  private static func timing(_ url: URL) -> [Double] {
    (try? JSONDecoder().decode([Double].self, from: InputFile.read(url))) ?? []
  }

  /// Records an epoch that has just ended.
  ///
  /// The model is the best epoch's; until an epoch counts (``EpochReport/isBest``), the last one's.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
  package mutating func record(_ report: EpochReport, _ run: TrainingRun) throws {
    if report.isBest || run.best == nil {
      let model = ModelFile(
        run.network, dataset: recipe.dataset.rawValue, target: recipe.target, epoch: report.epoch,
        dataDigest: run.dataDigest)
      try model.write(
        to: Self.modelURL(in: url, isNamed: run.network.architecture != nil))
    }
    try? FileManager.default.removeItem(at: Self.failureURL(in: url))
    metrics.append(report.json)
    let now = ContinuousClock.now
    seconds.append((now - epochStarted).seconds)
    epochStarted = now
    try AtomicFile.write(try JSONEncoder().encode(seconds), to: timingURL)
    try writeMetrics()
    try save(run)
  }

  /// Writes the checkpoint, between or within epochs. Throws ``FormatError`` of kind `cannotWrite`.
  package func save(_ run: TrainingRun) throws {
    try run.save(to: checkpointURL, settings: recipe.yaml)
  }

  /// Records why the run cannot go on.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
  package func record(_ failure: TrainingError) throws {
    try AtomicFile.write(Data("\(failure)\n".utf8), to: Self.failureURL(in: url))
  }

  /// Why the run in a folder could not go on; nil where nothing is known to hinder it.
  static func failure(in folder: URL) -> String? {
    guard let data = try? InputFile.read(failureURL(in: folder), limit: 1 << 16) else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func writeMetrics() throws {
    let text = metrics.map { "\($0)\n" }.joined()
    try AtomicFile.write(Data(text.utf8), to: metricsURL)
  }
}
