import Bounds
import Formats
import Foundation
import Networks

/// A training run on disk: `run.yaml`, the complete recipe; `metrics.jsonl`, a line for each epoch;
/// `timing.json`, the seconds of each; `checkpoint.safetensors`; `model.safetensors` (`model.onnx`
/// for a graph without a name), the best epoch on the held-out examples or, where there are none,
/// the last one.
///
/// Every file is replaced as a whole, and the checkpoint last: whenever the process dies, what is
/// there can be resumed and ends with the same bits as a run that was never interrupted.
public struct RunFolder: Sendable {
  public let url: URL
  public let recipe: Recipe
  private var metrics: [String] = []
  /// Of each epoch, its selection included; kept apart from the metrics, which depend on no clock.
  private var seconds: [Double] = []
  private var epochStarted = ContinuousClock.now

  public static func recipeURL(in folder: URL) -> URL { folder.appendingPathComponent("run.yaml") }
  public var modelURL: URL { Self.modelURL(in: url) }
  /// The model, as ONNX if its graph has no named architecture.
  static func modelURL(in folder: URL, isNamed: Bool? = nil) -> URL {
    let onnx = folder.appendingPathComponent("model.onnx")
    let isNamed = isNamed ?? !FileManager.default.fileExists(atPath: onnx.path)
    return isNamed ? folder.appendingPathComponent("model.safetensors") : onnx
  }
  var checkpointURL: URL { url.appendingPathComponent("checkpoint.safetensors") }
  private var timingURL: URL { url.appendingPathComponent("timing.json") }
  var metricsURL: URL { url.appendingPathComponent("metrics.jsonl") }

  /// Whether a folder holds a run.
  public static func exists(at url: URL) -> Bool {
    FileManager.default.fileExists(atPath: recipeURL(in: url).path)
  }

  /// Starts a run in a new or empty folder.
  ///
  /// - Parameter recipe: Resolved for its data.
  /// Throws ``RunError/exists(_:)`` where there is something already, and ``FormatError`` of kind
  /// `cannotWrite`.
  public init(creating url: URL, recipe: Recipe) throws {
    let manager = FileManager.default
    let names = (try? manager.contentsOfDirectory(atPath: url.path)) ?? []
    // Hidden ones may be what a kill left of this very step.
    guard names.allSatisfy({ $0.hasPrefix(".") }) else {
      throw RunError.exists(url.path)
    }
    do {
      try manager.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw FormatError(
        .cannotWrite, "the folder cannot be made", file: url.path,
        remedy: "name another with --output")
    }
    self.url = url
    self.recipe = recipe
    try AtomicFile.write(Data(recipe.yaml.utf8), to: Self.recipeURL(in: url))
  }

  /// Opens a run that was started before. Throws ``FormatError`` and ``RecipeError``.
  public init(opening url: URL) throws {
    self.url = url
    recipe = try Recipe(contentsOf: Self.recipeURL(in: url))
  }

  /// Takes over the state of the checkpoint, if there is one, and cuts the metrics to it.
  ///
  /// Throws ``FormatError`` and ``TrainingError/checkpoint(_:)``.
  public mutating func restore(_ run: inout TrainingRun) throws {
    guard FileManager.default.fileExists(atPath: checkpointURL.path) else { return }
    try run.restore(from: checkpointURL, settings: recipe.yaml)
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
  public var secondsPerEpoch: Double? {
    let recorded = seconds.isEmpty ? Self.timing(timingURL) : seconds
    return recorded.isEmpty ? nil : recorded.sorted()[recorded.count / 2]
  }

  private static func timing(_ url: URL) -> [Double] {
    (try? JSONDecoder().decode([Double].self, from: InputFile.read(url))) ?? []
  }

  /// Records an epoch that has just ended.
  ///
  /// The model is the best epoch's; until an epoch counts (see ``Trainer``), the last one's.
  /// Throws ``FormatError`` of kind `cannotWrite`.
  public mutating func record(_ report: EpochReport, _ run: TrainingRun) throws {
    if report.isBest || run.best == nil {
      let model = ModelFile(
        run.network, dataset: recipe.dataset.rawValue, target: recipe.target, epoch: report.epoch,
        dataDigest: run.dataDigest)
      try model.write(
        to: Self.modelURL(in: url, isNamed: run.network.architecture != nil))
    }
    metrics.append(report.json)
    let now = ContinuousClock.now
    seconds.append((now - epochStarted).seconds)
    epochStarted = now
    try AtomicFile.write(try JSONEncoder().encode(seconds), to: timingURL)
    try writeMetrics()
    try save(run)
  }

  /// Writes the checkpoint, between or within epochs. Throws ``FormatError`` of kind `cannotWrite`.
  public func save(_ run: TrainingRun) throws {
    try run.save(to: checkpointURL, settings: recipe.yaml)
  }

  private func writeMetrics() throws {
    let text = metrics.map { "\($0)\n" }.joined()
    try AtomicFile.write(Data(text.utf8), to: metricsURL)
  }
}

/// A run folder that cannot be used as asked.
public enum RunError: Error, Sendable, Equatable, CustomStringConvertible {
  case exists(String)
  case otherRecipe(String)
  case nothingToResume(String)
  case noModel(String)

  public var description: String {
    switch self {
    case .exists(let path):
      "\(path): there is a run or other files already; continue it with --resume, or name another "
        + "folder with --output"
    case .otherRecipe(let path):
      "\(path): the run there has other settings; resume without recipe and options, or name "
        + "another folder with --output"
    case .nothingToResume(let path):
      "\(path): there is no run to resume; leave out --resume to start one"
    case .noModel(let path):
      "\(path): the run has no model yet; train on with crownwork train --resume --output \(path)"
    }
  }
}
