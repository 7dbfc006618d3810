import Bounds
import Formats
import Foundation
import Networks
import RobustTraining

/// A training run on disk.
///
/// The folder has these files:
///
/// - `run.yaml`, the complete recipe, resolved for its data;
/// - `metrics.jsonl`, a line of JSON for each epoch that has ended;
/// - `timing.json`, the seconds of each epoch;
/// - `checkpoint.safetensors`, the state to go on from;
/// - `model.safetensors`, or `model.onnx` for a graph that no architecture names: the network of
///   the best epoch by the held-out examples or, where there are none, of the last one;
/// - `result.json`, what came of it, in a run of a sweep;
/// - `failure.txt`, where the training broke off, the reason.
///
/// Every file is replaced as a whole, and the checkpoint last: whenever the process dies, what is
/// there can be resumed and ends with the same bits as a run that was never interrupted.
///
/// One process trains in a folder at a time: it holds the lock of the file `.lock`, which the
/// system releases when the process ends in whatever way. A folder that is only read takes no lock.
///
/// A program creates or resumes the folder, restores the ``RobustTraining/TrainingRun`` from it,
/// and calls ``record(_:_:)`` at the end of each epoch.
package struct RunFolder: Sendable {
  /// The place of the folder.
  package let url: URL
  /// The recipe of the run, resolved for its data.
  package private(set) var recipe: Recipe
  /// The lock that keeps other processes out; nil for a run that is only read.
  private let lock: FileLock?
  /// Whether the recipe is another one than that on disk.
  private var isChanged = false
  /// The lines of the metrics, one for each epoch that has ended.
  private var metrics: [String] = []
  /// The seconds of each epoch, its selection included. They are kept apart from the metrics, which
  /// depend on no clock.
  private var seconds: [Double] = []
  /// The time at which the current epoch began; for the first one that this process trains, the
  /// time at which ``train(_:budget:observe:)`` was called.
  private var epochStarted = ContinuousClock.now

  /// Returns the place of the recipe in a run's folder.
  package static func recipeURL(in folder: URL) -> URL { folder.appendingPathComponent("run.yaml") }
  /// The place of the model. Before the first epoch has ended, nothing is there.
  package var modelURL: URL { Self.modelURL(in: url) }
  /// Returns the place of the model in a run's folder.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - isNamed: Whether a named architecture made the network, so that safetensors can hold it;
  ///     nil to see which file is there.
  static func modelURL(in folder: URL, isNamed: Bool? = nil) -> URL {
    let onnx = folder.appendingPathComponent("model.onnx")
    let isNamed = isNamed ?? !FileManager.default.fileExists(atPath: onnx.path)
    return isNamed ? folder.appendingPathComponent("model.safetensors") : onnx
  }
  /// The place of the checkpoint.
  var checkpointURL: URL { url.appendingPathComponent("checkpoint.safetensors") }
  /// The place of the epochs' seconds.
  private var timingURL: URL { url.appendingPathComponent("timing.json") }
  /// The place of the metrics.
  var metricsURL: URL { url.appendingPathComponent("metrics.jsonl") }
  /// Returns the place of what came of a run of a sweep.
  static func resultURL(in folder: URL) -> URL { folder.appendingPathComponent("result.json") }
  /// Returns the place of the reason why a run broke off.
  private static func failureURL(in folder: URL) -> URL {
    folder.appendingPathComponent("failure.txt")
  }

  /// Whether there is a state to go on from.
  package var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: checkpointURL.path) }

  /// Returns whether a folder holds a run: whether it has a recipe.
  package static func exists(at url: URL) -> Bool {
    FileManager.default.fileExists(atPath: recipeURL(in: url).path)
  }

  /// Starts a run in a new or empty folder, and keeps other processes out of it.
  ///
  /// - Parameters:
  ///   - url: The place of the folder, which is made where it is not there.
  ///   - recipe: The recipe, resolved for its data.
  ///   - replaced: The names of files that may be there already, and are removed.
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

  /// Opens a run that was started before, to read what is there. Another process may be training in
  /// the folder meanwhile.
  ///
  /// - Throws: ``FormatError`` where the recipe cannot be read, and ``RecipeError`` where it is
  ///   damaged.
  package init(opening url: URL) throws {
    self.url = url
    lock = nil
    recipe = try Recipe(contentsOf: Self.recipeURL(in: url))
  }

  /// Opens a run that was started before, to go on with it, and keeps other processes out of it.
  ///
  /// - Throws: ``RunError/inUse(_:)`` where another process is training in the folder;
  ///   ``FormatError`` where the folder cannot be locked or the recipe cannot be read;
  ///   ``RecipeError`` where the recipe is damaged.
  package init(resuming url: URL) throws {
    self.url = url
    lock = try Self.lock(url)
    AtomicFile.removeAbandoned(in: url)
    recipe = try Recipe(contentsOf: Self.recipeURL(in: url))
  }

  /// Takes the lock of a folder.
  private static func lock(_ url: URL) throws -> FileLock {
    guard let lock = try FileLock(url.appendingPathComponent(".lock")) else {
      throw RunError.inUse(url.relativePath)
    }
    return lock
  }

  /// Refuses a folder in which there is something.
  ///
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
  /// A schedule that is written out counts its ramp and the decay of the learning rate in epochs
  /// from the start, whatever number of epochs follows. So a run with more epochs ends with the
  /// same bits as one that had them from the start. ``restore(_:)`` writes the new settings.
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
  /// A process that dies between the metrics and the checkpoint leaves metrics that are an epoch
  /// ahead. That epoch is done again, with the same result.
  ///
  /// - Parameter run: The run of ``recipe`` at its start; afterwards, the run as it was left.
  /// - Throws: ``FormatError`` for files that are damaged or cannot be written, and
  ///   ``TrainingError/checkpoint(_:)`` for a checkpoint of other settings, data or another
  ///   network.
  package mutating func restore(_ run: inout TrainingRun) throws {
    let isBegun = hasCheckpoint
    try readCheckpoint(into: &run)
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

  /// Takes over the state of the checkpoint, if there is one, and leaves the folder as it is.
  ///
  /// - Parameter run: The run of ``recipe`` at its start; afterwards, the run as it was left.
  /// - Throws: ``FormatError`` for a damaged file, and ``TrainingError/checkpoint(_:)`` for a
  ///   checkpoint of other settings, data or another network.
  package func readCheckpoint(into run: inout TrainingRun) throws {
    if hasCheckpoint { try run.restore(from: checkpointURL, recipe: recipe) }
  }

  /// The median of the epochs' seconds, on the machines that trained them; nil where none was
  /// recorded. For an even number of epochs it is the upper of the two in the middle.
  package var secondsPerEpoch: Double? {
    let recorded = seconds.isEmpty ? Self.timing(timingURL) : seconds
    return recorded.isEmpty ? nil : recorded.sorted()[recorded.count / 2]
  }

  /// Reads the epochs' seconds; none where there is no such file or it is damaged, since nothing
  /// depends on them.
  private static func timing(_ url: URL) -> [Double] {
    (try? JSONDecoder().decode([Double].self, from: InputFile.read(url))) ?? []
  }

  /// Notes that training begins now, so that what was done before, such as reading data, does not
  /// count as time of an epoch.
  mutating func startClock() { epochStarted = .now }

  /// Records an epoch that has just ended: the model if it is the best so far, the metrics, the
  /// seconds and, last, the checkpoint.
  ///
  /// The model is the best epoch's; until an epoch counts (``RobustTraining/EpochReport/isBest``),
  /// the last one's.
  ///
  /// - Parameters:
  ///   - report: The report of the epoch.
  ///   - run: The run behind that epoch.
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
  package mutating func record(_ report: EpochReport, _ run: TrainingRun) throws {
    // The order of the files makes a death at any line harmless. Until the checkpoint is there, the
    // run goes on from the one before and writes the same model and metrics again.
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

  /// Writes the checkpoint, between or within epochs.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
  package func save(_ run: TrainingRun) throws {
    try run.save(to: checkpointURL, settings: recipe.yaml)
  }

  /// Records why the run cannot go on, for those who look for its model later. The next epoch that
  /// ends removes it.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
  package func record(_ failure: TrainingError) throws {
    try AtomicFile.write(Data("\(failure)\n".utf8), to: Self.failureURL(in: url))
  }

  /// Returns why the run in a folder could not go on; nil where nothing is known to hinder it.
  static func failure(in folder: URL) -> String? {
    guard let data = try? InputFile.read(failureURL(in: folder), limit: 1 << 16) else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Writes the metrics of all epochs.
  private func writeMetrics() throws {
    let text = metrics.map { "\($0)\n" }.joined()
    try AtomicFile.write(Data(text.utf8), to: metricsURL)
  }
}
